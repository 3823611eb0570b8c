package main

import (
	"context"
	"fmt"

	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
	"github.com/omnicloud/omnicloud/internal/sandbox/samplefile"
)

// sandboxGenerateCommand writes a bill of any size as files, for measurements and demonstrations.
type sandboxGenerateCommand struct {
	Tenants     int    `help:"Number of tenants." default:"10000"`
	Lines       int64  `help:"Number of charges." default:"1000000"`
	UsageLines  int64  `help:"Number of usage records; as many as charges where not given." default:"-1"`
	Period      string `help:"Month of the bill." default:"2026-09"`
	SandboxSeed uint64 `help:"Seed of the rows; the same seed gives the same files." default:"20260930"`
	Gzip        bool   `help:"Write charges.csv.gz instead of charges.csv."`
	Out         string `help:"Folder to write to; files of the same names are replaced." required:"" type:"path"`
}

// Run writes the files and says what they hold.
func (c *sandboxGenerateCommand) Run(ctx context.Context, std streams) error {
	month, err := period.Parse(c.Period)
	if err != nil {
		return err
	}
	scale := sample.Scale{Seed: c.SandboxSeed, Tenants: c.Tenants, Lines: c.Lines, UsageLines: c.UsageLines, Period: month}
	if scale.UsageLines < 0 {
		scale.UsageLines = scale.Lines
	}
	summary, err := samplefile.Write(ctx, scale, c.Out, c.Gzip)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.Out, "%s: %d charges of %d tenants and %d usage records for %s, billed %s %s\n",
		c.Out, summary.Charges, summary.Tenants, summary.Usage, month, summary.Billed, sample.Currency)
	return err
}
