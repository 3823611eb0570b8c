// Package focustest makes FOCUS bills of any size for benchmarks: the same bytes whenever it is asked
// for the same.
package focustest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
)

// Short returns a bill of at least size bytes whose rows hold hardly more than what is read, about
// 400 bytes each.
func Short(size int) []byte {
	return bill(size, "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeClass,ChargeDescription,ChargePeriodEnd,ChargePeriodStart,ConsumedQuantity,ConsumedUnit,EffectiveCost,InvoiceId,ListCost,ProviderName,RegionId,ResourceId,ResourceName,ServiceCategory,ServiceName,SkuId,SubAccountId,SubAccountName,Tags\n", shortRow)
}

// Full returns a bill of at least size bytes with all columns of FOCUS 1.0, filled as providers fill
// them: about 1 kB a row, texts with commas in quotes, seven tags as JSON.
func Full(size int) []byte {
	return bill(size, "AvailabilityZone,BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeClass,ChargeDescription,ChargeFrequency,ChargePeriodEnd,ChargePeriodStart,CommitmentDiscountCategory,CommitmentDiscountId,CommitmentDiscountName,CommitmentDiscountStatus,CommitmentDiscountType,ConsumedQuantity,ConsumedUnit,ContractedCost,ContractedUnitPrice,EffectiveCost,InvoiceIssuerName,ListCost,ListUnitPrice,PricingCategory,PricingQuantity,PricingUnit,ProviderName,PublisherName,RegionId,RegionName,ResourceId,ResourceName,ResourceType,ServiceCategory,ServiceName,SkuId,SkuPriceId,SubAccountId,SubAccountName,Tags\n", fullRow)
}

func bill(size int, header string, row func(*bytes.Buffer, draw)) []byte {
	var bill bytes.Buffer
	bill.WriteString(header)
	random := rand.New(rand.NewPCG(1, 2)) // the same bill every time
	for bill.Len() < size {
		hour := random.IntN(24 * 28)
		row(&bill, draw{
			random: random, tenant: random.IntN(500), resource: random.IntN(20_000), sku: random.IntN(200),
			start: fmt.Sprintf("2026-09-%02dT%02d:00:00Z", hour/24+1, hour%24),
			end:   fmt.Sprintf("2026-09-%02dT%02d:59:00Z", hour/24+1, hour%24),
		})
	}
	return bill.Bytes()
}

// draw is what differs from row to row.
type draw struct {
	random                *rand.Rand
	tenant, resource, sku int
	start, end            string
}

// amount draws a cost below 3 with ten decimals.
func (d draw) amount() string {
	return fmt.Sprintf("%d.%010d", d.random.IntN(3), d.random.IntN(1e10))
}

func shortRow(bill *bytes.Buffer, d draw) {
	fmt.Fprintf(bill, `%s,"111122223333",USD,2026-10-01T00:00:00Z,2026-09-01T00:00:00Z,Usage,NULL,"$0.023 per GB-month, first 50 TB",%s,%s,%d.%04d,GB,%s,INV-202609,NULL,OmniCloud,eu-central-1,"urn:resource:%08x",NULL,Storage,Object Storage,SKU-%d,acct-%d,NULL,"{""team"": ""t%d"", ""environment"": ""prod""}"`+"\n",
		d.amount(), d.end, d.start, d.random.IntN(100), d.random.IntN(10000), d.amount(), d.resource, d.sku, d.tenant, d.tenant%40)
}

func fullRow(bill *bytes.Buffer, d draw) {
	// A resource has a row for many an hour, and its tags with each of them.
	d.resource %= 2000
	d.tenant = d.resource % 500
	fmt.Fprintf(bill, `eu-central-1%c,%s,"111122223333","OmniCloud Platform, Production",USD,2026-10-01T00:00:00Z,2026-09-01T00:00:00Z,Usage,,"$0.0%d per On Demand Linux, 4 vCPU and 16 GiB instance hour",Usage-Based,%s,%s,,,,,,%d.%06d,Hours,%s,0.0%d,%s,"OmniCloud Deutschland GmbH, Berlin",%s,0.0%d,Standard,%d.%06d,Hours,OmniCloud,OmniCloud,eu-central-1,"Europe (Frankfurt)","urn:omnicloud:compute:eu-central-1:111122223333:instance/i-%017x",vm-%05d,Virtual Machine,Compute,"Elastic Compute, General Purpose",SKU-%012d,SKU-%012d.JRTCKXETXF,acct-%d,"Tenant %d, Production",`,
		'a'+d.resource%3, d.amount(), 400+d.sku, d.end, d.start, d.random.IntN(100), d.random.IntN(1e6), d.amount(), 400+d.sku,
		d.amount(), d.amount(), 500+d.sku, d.random.IntN(100), d.random.IntN(1e6), d.resource, d.resource, d.sku, d.sku, d.tenant, d.tenant)
	fmt.Fprintf(bill, `"{""team"": ""t%d"", ""environment"": ""prod"", ""cost-center"": ""cc-%04d"", ""application"": ""checkout-%04d"", ""managed-by"": ""terraform"", ""owner"": ""team-%d@example.com"", ""data-classification"": ""internal""}"`+"\n",
		d.tenant%40, d.tenant%97, d.resource, d.tenant%40)
}
