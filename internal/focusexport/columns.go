// Package focusexport writes allocated cells as FOCUS 1.3 cost and usage rows, as CSV and Parquet.
package focusexport

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/statement"
)

// Provider is what the columns of service provider, host provider and invoice issuer say: cells are
// charged by the platform itself, whoever sent it the bill that they are made of.
const provider = "OmniCloud"

// column is one column of the export. Exactly one of text, number and instant is set; an empty text
// is null where the column is optional.
type column struct {
	name     string
	optional bool
	json     bool
	text     func(*statement.FocusRow) string
	number   func(*statement.FocusRow) decimal.Decimal
	instant  func(*statement.FocusRow) time.Time
}

// columns are in byte order of name, as Parquet keeps them: those of FOCUS, then our own under x_.
var columns = []column{
	{name: "AllocatedMethodDetails", optional: true, json: true, text: func(r *statement.FocusRow) string { return r.AllocatedMethodDetails }},
	{name: "AllocatedMethodId", optional: true, text: func(r *statement.FocusRow) string { return r.AllocatedMethodID }},
	{name: "AllocatedResourceId", optional: true, text: func(r *statement.FocusRow) string { return r.AllocatedResourceID }},
	{name: "AllocatedResourceName", optional: true, text: func(r *statement.FocusRow) string { return r.AllocatedResourceName }},
	{name: "AllocatedTags", optional: true, json: true, text: func(r *statement.FocusRow) string { return r.AllocatedTags }},
	{name: "BilledCost", number: billedCost},
	{name: "BillingAccountId", text: func(r *statement.FocusRow) string { return r.Revision.Book.ID }},
	{name: "BillingAccountName", text: func(r *statement.FocusRow) string { return r.Revision.Book.Name }},
	{name: "BillingCurrency", text: func(r *statement.FocusRow) string { return r.Currency }},
	{name: "BillingPeriodEnd", instant: func(r *statement.FocusRow) time.Time { return r.BillingEnd }},
	{name: "BillingPeriodStart", instant: func(r *statement.FocusRow) time.Time { return r.BillingStart }},
	{name: "ChargeCategory", text: func(r *statement.FocusRow) string { return r.ChargeCategory }},
	{name: "ChargeClass", optional: true, text: func(r *statement.FocusRow) string { return r.ChargeClass }},
	{name: "ChargeDescription", text: func(r *statement.FocusRow) string { return r.ChargeDescription }},
	{name: "ChargeFrequency", text: constant("Usage-Based")},
	{name: "ChargePeriodEnd", instant: func(r *statement.FocusRow) time.Time { return r.PeriodEnd }},
	{name: "ChargePeriodStart", instant: func(r *statement.FocusRow) time.Time { return r.PeriodStart }},
	{name: "ContractedCost", number: billedCost},
	{name: "EffectiveCost", number: func(r *statement.FocusRow) decimal.Decimal { return r.EffectiveCost }},
	{name: "HostProviderName", text: constant(provider)},
	{name: "InvoiceId", text: func(r *statement.FocusRow) string { return r.Revision.Reference() }},
	{name: "InvoiceIssuerName", text: constant(provider)},
	{name: "ListCost", number: billedCost},
	{name: "PricingQuantity", number: func(*statement.FocusRow) decimal.Decimal { return decimal.NewFromInt(1) }},
	{name: "PricingUnit", text: constant("Months")},
	{name: "ProviderName", text: constant(provider)},
	{name: "PublisherName", text: constant(provider)},
	{name: "ResourceId", optional: true, text: func(r *statement.FocusRow) string { return r.ResourceID }},
	{name: "ResourceName", optional: true, text: func(r *statement.FocusRow) string { return r.ResourceName }},
	{name: "ServiceCategory", text: func(r *statement.FocusRow) string { return r.ServiceCategory }},
	{name: "ServiceName", text: func(r *statement.FocusRow) string { return r.ServiceName }},
	{name: "ServiceProviderName", text: constant(provider)},
	{name: "SubAccountId", text: func(r *statement.FocusRow) string { return r.SubAccountID }},
	{name: "SubAccountName", text: func(r *statement.FocusRow) string { return r.SubAccountName }},
	{name: "x_CostCentre", optional: true, text: func(r *statement.FocusRow) string { return r.CostCentre }},
	{name: "x_GLAccount", optional: true, text: func(r *statement.FocusRow) string { return r.GLAccount }},
	{name: "x_PoolId", text: func(r *statement.FocusRow) string { return r.PoolID }},
	{name: "x_ResultHash", text: func(r *statement.FocusRow) string { return r.Revision.ResultHash }},
	{name: "x_RuleId", optional: true, text: func(r *statement.FocusRow) string { return r.RuleID }},
	{name: "x_RuleVersion", optional: true, text: ruleVersion},
}

func billedCost(r *statement.FocusRow) decimal.Decimal { return r.BilledCost }

func constant(text string) func(*statement.FocusRow) string {
	return func(*statement.FocusRow) string { return text }
}

func ruleVersion(r *statement.FocusRow) string {
	if r.RuleVersion == 0 {
		return ""
	}
	return strconv.Itoa(r.RuleVersion)
}
