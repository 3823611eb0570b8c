package main

import (
	"context"
	"os/user"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/csvfile"
	"github.com/omnicloud/omnicloud/internal/intakefile"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/resourcefile"
)

// importCommand loads files into the platform's stores: whole or not at all, the same content once,
// and never into what a close has frozen.
type importCommand struct {
	Database databaseFlags `embed:""`

	Kind string `arg:"" help:"What the files hold: focus (a bill), invoices (control totals), usage, tenants, rates (of exchange), resources (declared and observed), terraform (a plan or a state), kubernetes (manifests) or metrics (measurements by tenant and metric)." placeholder:"KIND"`
	Path string `arg:"" help:"A file (.csv or .csv.gz, .json of OpenCost, .json or .jsonl of resources, .yaml of manifests), a folder of such files, or - for standard input." placeholder:"PATH"`

	Period         string `help:"Month of usage, invoices and rates whose rows do not name one, such as 2026-09." placeholder:"MONTH"`
	Append         bool   `help:"Add beside what was imported before for the same account and month, instead of replacing it."`
	Book           string `help:"Book whose currency stands for bills that name none." default:"main" placeholder:"BOOK"`
	Currency       string `help:"Currency of a bill that names none, instead of the book's." placeholder:"CODE"`
	BillingAccount string `help:"Billing account of a bill that names none." placeholder:"ID"`

	Tenant string `help:"Tenant whose resources a plan, a state or manifests declare." placeholder:"ID"`

	Format      string `help:"Format of usage files: csv or opencost (the JSON answer of OpenCost's /allocation). Told by content unless given." placeholder:"FORMAT"`
	TenantLabel string `help:"Kubernetes label that holds the tenant's id, instead of the namespace's name." placeholder:"LABEL"`
	TenantNames string `help:"CSV file of namespace,tenant_id, which decides before a label or a name does." placeholder:"PATH"`
	MemoryAs    string `help:"Cost category that hours of memory count as: shared (the default), reserved or support." placeholder:"CATEGORY"`
}

// Run imports and prints what became of each account and month.
func (c *importCommand) Run(ctx context.Context, std streams) error {
	names, err := intakefile.TenantNames(c.TenantNames)
	if err != nil {
		return err
	}
	options := intake.FormatOptions{
		Currency: c.Currency, BillingAccount: c.BillingAccount, Layout: c.Format, Tenant: c.Tenant,
		Cluster: intake.ClusterOptions{TenantLabel: c.TenantLabel, TenantNames: names, MemoryAs: c.MemoryAs},
	}
	if c.Period != "" {
		month, err := period.Parse(c.Period)
		if err != nil {
			return err
		}
		options.Period = month
	}
	pool, err := postgres.Open(ctx, c.Database.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	if options.Currency == "" {
		if options.Currency, err = c.bookCurrency(ctx, pool); err != nil {
			return err
		}
	}
	started := time.Now()
	counter := newLineCounter(std.Err, "rows")
	report, err := newImporters(pool).Import(ctx, intake.Request{
		Kind: intake.FileKind(c.Kind), Files: c.files(std), Name: c.name(),
		Options: options, Append: c.Append, RequestedBy: importedBy(),
		Progress: func(rows int64) { counter.add(int(rows) - counter.lines) },
	})
	counter.finish()
	if err != nil {
		return err
	}
	return writeImportReport(std.Out, report, time.Since(started))
}

// bookCurrency returns the currency of the book; a database without it has no say.
func (c *importCommand) bookCurrency(ctx context.Context, pool *pgxpool.Pool) (string, error) {
	book, err := postgres.NewClosing(pool).Book(ctx, c.Book)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return book.Currency, err
}

func (c *importCommand) files(std streams) intake.Files {
	switch c.Kind {
	case kindResources, kindTerraform:
		return resourcefile.Folder(c.Path, std.In)
	case kindKubernetes:
		return manifests(c.Path, std.In)
	default:
		return csvfile.Folder(c.Path, std.In, nil)
	}
}

func (c *importCommand) name() string {
	if c.Path == "-" {
		return "standard input"
	}
	return filepath.Base(c.Path)
}

// importedBy names the person at this machine; it is a note, not a proof.
func importedBy() string {
	if current, err := user.Current(); err == nil && current.Username != "" {
		return "cli:" + current.Username
	}
	return "cli"
}
