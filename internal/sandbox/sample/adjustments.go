package sample

import (
	"time"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/period"
)

// tenantCharge describes a charge on a tenant's sub-account without a resource.
func tenantCharge(tenant, category, description string) charge.Charge {
	return charge.Charge{
		BillingAccountID: billingAccount(tenant), SubAccountID: "acct-" + tenant, SubAccountName: tenant,
		ChargeCategory: category, Description: description,
	}
}

// addCredits adds the monthly credit of a tenant, one that belongs to the account as a whole, and
// in some months a refund.
func (b *bill) addCredits() {
	credit := tenantCharge("finch", categoryCredit, "Startup programme credit")
	credit.ServiceName, credit.ServiceCategory = virtualMachine.name, virtualMachine.category
	b.add(credit, -253_333_333_333, -253_333_333_333)

	b.add(charge.Charge{
		BillingAccountID: AccountPrimary, ChargeCategory: categoryCredit,
		Description: "Enterprise agreement credit", ServiceName: "Enterprise agreement", ServiceCategory: "Other",
	}, -1_000_000_000_001, -1_000_000_000_001)

	if b.month == period.New(2026, time.February) || b.month == period.New(2026, time.September) {
		refund := tenantCharge("pinnacle", categoryAdjustment, "Refund after an outage of object storage")
		refund.ServiceName, refund.ServiceCategory = objectStore.name, objectStore.category
		b.add(refund, -421_950_000_000, -421_950_000_000)
	}
}

// addCorrections takes back a charge of the month before and charges it anew, in the two months in
// which billing found a mistake. Both rows are dated in the month that they correct.
func (b *bill) addCorrections() {
	if b.month != period.New(2026, time.January) && b.month != period.New(2026, time.September) {
		return
	}
	day := b.month.Previous().Start().AddDate(0, 0, 11)
	for _, part := range []struct {
		description string
		cost        amount
	}{
		{"Reversal of a load balancer charge at the wrong price", -391_234_567_890},
		{"Load balancer charge at the right price", 312_987_654_312},
	} {
		item := tenantCharge("meridian", categoryUsage, part.description)
		item.ChargeClass = classCorrection
		item.ServiceName, item.ServiceCategory = loadBalancer.name, loadBalancer.category
		item.ResourceID, item.ResourceType, item.SkuID = "lb-meridian-5", loadBalancer.resourceType, loadBalancer.sku
		item.ChargePeriodStart, item.ChargePeriodEnd = day, day.AddDate(0, 0, 1)
		b.add(item, part.cost, part.cost)
	}
}

// addLateUsage adds an hour of the month before that was metered too late for its bill, and once a
// charge of a tenant that had left by then.
func (b *bill) addLateUsage() {
	late := tenantCharge("cobalt", categoryUsage, "Virtual Machines, metered late")
	late.ServiceName, late.ServiceCategory = virtualMachine.name, virtualMachine.category
	late.ResourceID, late.ResourceType, late.SkuID = "vm-cobalt-1", virtualMachine.resourceType, virtualMachine.sku
	late.ChargePeriodStart, late.ChargePeriodEnd = b.month.Start().Add(-time.Hour), b.month.Start()
	b.add(late, 8_330_540_001, 8_330_540_001)

	if b.month == period.New(2026, time.March) {
		gone := tenantCharge("lantern", categoryUsage, "Object Storage, kept until final deletion")
		gone.ServiceName, gone.ServiceCategory = objectStore.name, objectStore.category
		gone.ResourceID, gone.ResourceType, gone.SkuID = "bkt-lantern-2", objectStore.resourceType, objectStore.sku
		b.add(gone, 11_740_000_025, 11_740_000_025)
	}
}

// addSupport charges the support plan of each account.
func (b *bill) addSupport() {
	fees := map[string]amount{AccountPrimary: 1500 * unit, AccountSecondary: 400 * unit}
	for _, account := range sortedKeys(fees) {
		b.add(charge.Charge{
			BillingAccountID: account, SubAccountID: subSupport, SubAccountName: subAccountNames[subSupport],
			ChargeCategory: categoryPurchase, Description: "Business support",
			ServiceName: "Business support", ServiceCategory: "Support",
		}, fees[account], fees[account])
	}
}

// taxed are the tenants that pay value added tax on their own sub-account, in per cent.
var taxed = map[string]amount{"acme": 19, "meridian": 8, "vertex": 20}

// addTaxes taxes what is on the bill so far: some tenants by themselves, and the second account as a whole.
func (b *bill) addTaxes() {
	bySubAccount, byAccount := map[string]amount{}, map[string]amount{}
	for _, e := range b.charges {
		bySubAccount[e.SubAccountID] += e.billed
		byAccount[e.BillingAccountID] += e.billed
	}
	for _, tenant := range sortedKeys(taxed) {
		tax := bySubAccount["acct-"+tenant] * taxed[tenant] / 100
		item := tenantCharge(tenant, categoryTax, "Value added tax")
		item.ServiceName, item.ServiceCategory = "Tax", "Other"
		b.add(item, tax, tax)
	}
	sales := byAccount[AccountSecondary] * 25 / 1000
	b.add(charge.Charge{
		BillingAccountID: AccountSecondary, ChargeCategory: categoryTax,
		Description: "Digital services tax", ServiceName: "Tax", ServiceCategory: "Other",
	}, sales, sales)
}
