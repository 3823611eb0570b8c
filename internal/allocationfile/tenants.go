// Package allocationfile reads the files of "omnicloud allocate" (usage, pools and tenants) and
// writes its results (cells and their explanations). A file with one bad row is refused as a whole.
package allocationfile

import (
	"errors"
	"io"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// ReadTenants reads tenant_id,plan,active_from,active_until,weight, of which only tenant_id must be
// there, and returns the tenants in the order of the file. Errors are InvalidInput and name file,
// line, column and value.
func ReadTenants(path string) ([]tenancy.Tenant, error) {
	file, err := csvfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // nothing was written that closing could lose
	return readTenants(file)
}

func readTenants(file *csvfile.Reader) ([]tenancy.Tenant, error) {
	places, err := file.Require("tenant_id")
	if err != nil {
		return nil, err
	}
	columns := tenantColumns{
		id: places[0], plan: file.Column("plan"), from: file.Column("active_from"),
		until: file.Column("active_until"), weight: file.Column("weight"),
	}
	var tenants []tenancy.Tenant
	seen := make(map[string]int)
	var row csvfile.Row
	for {
		err := file.Read(&row)
		if errors.Is(err, io.EOF) {
			return tenants, nil
		}
		if err != nil {
			return nil, err
		}
		tenant, err := columns.read(&row)
		if err != nil {
			return nil, err
		}
		if line, twice := seen[tenant.ID]; twice {
			return nil, row.Errorf(columns.id, "the tenant is listed before, in line %d", line)
		}
		seen[tenant.ID] = row.Line
		tenants = append(tenants, tenant)
	}
}

// tenantColumns are the places of the columns, -1 for those that the file lacks.
type tenantColumns struct{ id, plan, from, until, weight int }

func (c tenantColumns) read(row *csvfile.Row) (tenancy.Tenant, error) {
	tenant := tenancy.Tenant{ID: row.Text(c.id)}
	if err := tenancy.CheckID(tenant.ID); err != nil {
		return tenant, row.Wrap(c.id, err, "")
	}
	var err error
	if plan := row.Text(c.plan); plan != "" {
		if tenant.Plan, err = tenancy.ParsePlan(plan); err != nil {
			return tenant, row.Wrap(c.plan, err, "")
		}
	}
	if tenant.ActiveFrom, err = instant(row, c.from); err != nil {
		return tenant, err
	}
	if tenant.ActiveUntil, err = instant(row, c.until); err != nil {
		return tenant, err
	}
	if !tenant.ActiveFrom.IsZero() && !tenant.ActiveUntil.IsZero() && tenant.ActiveFrom.After(tenant.ActiveUntil) {
		return tenant, row.Errorf(c.from, "it is after active_until %s", tenant.ActiveUntil.Format(time.RFC3339))
	}
	if len(row.Field(c.weight)) > 0 {
		if tenant.Weight, err = number(row, c.weight); err != nil {
			return tenant, err
		}
		if tenant.Weight.IsNegative() {
			return tenant, row.Errorf(c.weight, "weights are not negative")
		}
	}
	return tenant, nil
}

// instant reads an RFC 3339 time; an empty field is the zero time.
func instant(row *csvfile.Row, column int) (time.Time, error) {
	text := row.Text(column)
	if text == "" {
		return time.Time{}, nil
	}
	value, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, row.Errorf(column, "it is no time such as 2026-09-01T00:00:00Z")
	}
	if year := value.UTC().Year(); year < 1900 || year > 2200 {
		return time.Time{}, row.Errorf(column, "times lie between the years 1900 and 2200")
	}
	return value.UTC(), nil
}

func number(row *csvfile.Row, column int) (decimal.Decimal, error) {
	value, err := money.ParseDecimal(row.Text(column))
	if err != nil {
		return decimal.Decimal{}, row.Wrap(column, err, "")
	}
	return value, nil
}
