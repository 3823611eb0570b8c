// Package intakefile reads the CSV files that are imported beside bills: tenants, usage and the
// control totals of invoices. Unknown columns are passed over; a bad row is an InvalidInput error
// that names file, line, column and value.
package intakefile

import (
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// Tenants reads tenant_id,plan,active_from,active_until,weight,name,gl_account,cost_centre. Only the
// first two must be there.
var Tenants = intake.Format{Kind: intake.KindTenants, Read: readTenants}

// tenantColumns are the places of the columns, -1 for those that a file lacks.
type tenantColumns struct {
	id, plan, from, until, weight, name, glAccount, costCentre int
}

// readTenants refuses a tenant that is given twice: which of the lines counts would be a guess.
func readTenants(files intake.Files, _ intake.FormatOptions) intake.Rows {
	return func(yield func(intake.Row, error) bool) {
		var columns tenantColumns
		seen := map[string]string{}
		for row, err := range csvfile.Records(files, func(file *csvfile.Reader) (err error) {
			columns, err = findTenantColumns(file)
			return err
		}) {
			var tenant tenancy.Tenant
			if err == nil {
				tenant, err = columns.read(row)
			}
			if err == nil {
				err = once(seen, tenant.ID, row, columns.id)
			}
			if !yield(intake.TenantRow(&tenant), err) || err != nil {
				return
			}
		}
	}
}

func findTenantColumns(file *csvfile.Reader) (tenantColumns, error) {
	required, err := file.Require("tenant_id", "plan")
	if err != nil {
		return tenantColumns{}, err
	}
	return tenantColumns{
		id: required[0], plan: required[1],
		from: file.Column("active_from"), until: file.Column("active_until"), weight: file.Column("weight"),
		name: file.Column("name"), glAccount: file.Column("gl_account"), costCentre: file.Column("cost_centre"),
	}, nil
}

func (c tenantColumns) read(row *csvfile.Row) (tenant tenancy.Tenant, err error) {
	if tenant.ID, err = identifier(row, c.id); err != nil {
		return tenant, err
	}
	if tenant.Plan, err = tenancy.ParsePlan(row.Text(c.plan)); err != nil {
		return tenant, row.Wrap(c.plan, err, "")
	}
	if tenant.ActiveFrom, err = instant(row, c.from); err != nil {
		return tenant, err
	}
	if tenant.ActiveUntil, err = instant(row, c.until); err != nil {
		return tenant, err
	}
	if !tenant.ActiveUntil.IsZero() && !tenant.ActiveFrom.Before(tenant.ActiveUntil) {
		return tenant, row.Errorf(c.until, "does not lie after active_from")
	}
	if len(row.Field(c.weight)) > 0 {
		if tenant.Weight, err = number(row, c.weight); err != nil {
			return tenant, err
		}
		if tenant.Weight.IsNegative() {
			return tenant, row.Errorf(c.weight, "a weight is not below zero")
		}
	}
	if tenant.Name, err = plainText(row, c.name); err != nil {
		return tenant, err
	}
	if tenant.GLAccount, err = plainText(row, c.glAccount); err != nil {
		return tenant, err
	}
	tenant.CostCentre, err = plainText(row, c.costCentre)
	return tenant, err
}
