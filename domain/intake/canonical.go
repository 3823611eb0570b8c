package intake

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// encodingVersion starts every hash. It changes whenever a row's canonical encoding does, so that
// hashes of different encodings never pass for each other.
const encodingVersion = "omnicloud-rows-1"

// encoder appends the canonical encoding of rows to a buffer: texts by length, numbers without
// trailing zeros, times as nanoseconds in UTC. Every row ends with a marker, so that no two
// sequences of rows encode alike.
type encoder struct {
	buffer []byte
	known  charge.TagMemory[string]
}

const endOfRow = 0xff

// appendRecord encodes a record, which is one of the types that Row lists.
func (e *encoder) appendRecord(record any) {
	switch typed := record.(type) {
	case *charge.Charge:
		e.appendCharge(typed)
	case *charge.Usage:
		e.texts(typed.TenantID, typed.Category)
		e.number(typed.Quantity)
		e.instant(typed.Start)
		e.instant(typed.End)
	case *tenancy.Tenant:
		e.texts(typed.ID, typed.Name, string(typed.Plan), typed.GLAccount, typed.CostCentre)
		e.number(typed.Weight)
		e.instant(typed.ActiveFrom)
		e.instant(typed.ActiveUntil)
	case *tenancy.Ownership:
		e.texts(typed.ResourceID, typed.TenantID, typed.ProjectID)
		e.instant(typed.From)
		e.instant(typed.Until)
	case *closing.ControlTotal:
		e.texts(typed.BillingAccountID, typed.InvoiceID, typed.Currency)
		e.number(typed.BilledCost)
	case *exchange.Rate:
		e.texts(typed.Base, typed.Quote)
		e.number(typed.Rate)
		e.instant(typed.AsOf)
	}
	e.buffer = append(e.buffer, endOfRow)
}

// appendCharge leaves SourceRow out: the same bill in another order of accounts is the same bill.
func (e *encoder) appendCharge(c *charge.Charge) {
	e.texts(
		c.BillingAccountID, c.InvoiceID, c.Currency, c.ChargeCategory, c.ChargeClass, c.Description,
		c.SubAccountID, c.SubAccountName, c.ServiceName, c.ServiceCategory,
		c.ResourceID, c.ResourceName, c.ResourceType, c.RegionID, c.SkuID,
		c.ConsumedUnit, c.CommitmentDiscountID, c.CommitmentDiscountStatus,
	)
	e.instant(c.BillingPeriod.Start())
	e.instant(c.ChargePeriodStart)
	e.instant(c.ChargePeriodEnd)
	e.number(c.BilledCost)
	e.number(c.EffectiveCost)
	e.optional(c.ConsumedQuantity)
	e.optional(c.CommitmentDiscountQuantity)
	e.tags(c.Tags)
}

func (e *encoder) tags(tags map[string]string) {
	if len(tags) == 0 {
		e.buffer = append(e.buffer, 0)
		return
	}
	e.buffer = append(e.buffer, e.known.Of(tags, encodeTags)...)
}

// encodeTags encodes tags in byte order of their keys, after their count.
func encodeTags(tags map[string]string) string {
	var e encoder
	e.buffer = binary.AppendUvarint(e.buffer, uint64(len(tags)))
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		e.texts(key, tags[key])
	}
	return string(e.buffer)
}

func (e *encoder) texts(texts ...string) {
	for _, text := range texts {
		e.buffer = binary.AppendUvarint(e.buffer, uint64(len(text)))
		e.buffer = append(e.buffer, text...)
	}
}

func (e *encoder) optional(value decimal.NullDecimal) {
	if !value.Valid {
		e.buffer = append(e.buffer, 0)
		return
	}
	e.buffer = append(e.buffer, 1)
	e.number(value.Decimal)
}

// exactDigits is how many decimal digits always fit an int64.
const exactDigits = 18

// number encodes 1.10 and 1.1 alike, as exponent and coefficient without trailing zeros.
func (e *encoder) number(value decimal.Decimal) {
	exponent := int64(value.Exponent())
	if value.NumDigits() > exactDigits {
		digits := value.Coefficient().String()
		short := strings.TrimRight(digits, "0")
		exponent += int64(len(digits) - len(short))
		if len(short) > exactDigits {
			e.buffer = append(e.buffer, 1)
			e.buffer = binary.AppendVarint(e.buffer, exponent)
			e.texts(short)
			return
		}
		value = decimal.RequireFromString(short)
	}
	coefficient := value.CoefficientInt64()
	if coefficient == 0 {
		exponent = 0
	}
	for coefficient != 0 && coefficient%10 == 0 {
		coefficient /= 10
		exponent++
	}
	e.buffer = append(e.buffer, 0)
	e.buffer = binary.AppendVarint(e.buffer, exponent)
	e.buffer = binary.AppendVarint(e.buffer, coefficient)
}

// instant encodes a time by its seconds since 1970 and nanoseconds; no time is no time, not year one.
func (e *encoder) instant(at time.Time) {
	if at.IsZero() {
		e.buffer = append(e.buffer, 0)
		return
	}
	e.buffer = append(e.buffer, 1)
	e.buffer = binary.AppendVarint(e.buffer, at.Unix())
	e.buffer = binary.AppendVarint(e.buffer, int64(at.Nanosecond()))
}
