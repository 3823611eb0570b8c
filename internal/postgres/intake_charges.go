package postgres

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/period"
)

// Charges implements intake.FrozenInputs.
func (s *Intake) Charges(ctx context.Context, ref closing.AttemptRef, use func(*charge.Charge) error) error {
	return s.chargesOf(ctx, ref, "", use)
}

// Corrections implements intake.FrozenInputs. All of what came late corrects; of the month's own bill
// those rows are read by an index that holds nothing else.
func (s *Intake) Corrections(ctx context.Context, ref closing.AttemptRef, use func(*charge.Charge) error) error {
	return s.chargesOf(ctx, ref, " AND charge_class = 'Correction'", use)
}

// chargesOf reads frozen charges; of slices that are no differences those alone that a condition lets
// through.
func (s *Intake) chargesOf(ctx context.Context, ref closing.AttemptRef, condition string, use func(*charge.Charge) error) error {
	frozen, err := s.frozen(ctx, ref)
	if err != nil {
		return err
	}
	reader := &chargeReader{texts: map[string]string{}, allTags: map[string]map[string]string{}}
	for _, slice := range frozen.inputs {
		if slice.Kind != "charges" {
			continue
		}
		if err := reader.readSlice(ctx, s, slice, frozen, condition, use); err != nil {
			return explain(err, "reading the frozen charges of %s of book %s", ref.Period, ref.Book)
		}
	}
	return nil
}

// chargeColumns are what engines ask for, in the order in which decode reads them.
const chargeColumns = `source_row, billing_account_id, billing_period, invoice_id, currency,
	charge_period_start, charge_period_end, billed_cost, effective_cost, charge_category, charge_class,
	sub_account_id, sub_account_name, service_name, service_category, resource_id, resource_name, resource_type, region_id,
	commitment_discount_id, commitment_discount_status, commitment_discount_quantity, tags`

// chargeReader decodes rows from PostgreSQL's binary form. It remembers texts and tags, which
// repeat endlessly in a bill, up to a bound.
type chargeReader struct {
	texts   map[string]string
	allTags map[string]map[string]string
	charge  charge.Charge
	month   string
	period  period.Period
}

// rememberedTexts bounds each of the reader's memories.
const rememberedTexts = 1 << 16

// readSlice streams one slice in the order of its rows, which the primary key gives without a sort.
// Slices are read one by one for the same reason. It skips pgx's scanning: a million rows of two dozen
// columns would spend most of their time there.
func (r *chargeReader) readSlice(
	ctx context.Context, s *Intake, slice frozenSlice, frozen frozenInputs, condition string, use func(*charge.Charge) error,
) error {
	statement := "SELECT " + chargeColumns + " FROM charges WHERE slice_id = $1"
	arguments := []any{slice.ID}
	if !slice.Difference {
		statement += condition
	}
	// Of another month's bill only what began in this one counts; a difference counts whole.
	if frozen.periodBy == closing.PeriodByCharge && !slice.Difference {
		statement += " AND charge_period_start >= $2 AND charge_period_start < $3"
		arguments = append(arguments, frozen.ref.Period.Start(), frozen.ref.Period.End())
	}
	rows, err := s.pool.Query(ctx, statement+" ORDER BY row_no", arguments...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := r.decode(rows.RawValues()); err != nil {
			return err
		}
		if err := use(&r.charge); err != nil {
			return err
		}
	}
	return rows.Err()
}

// decode reads one row; the columns are those of chargeColumns.
func (r *chargeReader) decode(raw [][]byte) (err error) {
	c := &r.charge
	*c = charge.Charge{
		SourceRow:        int64(binary.BigEndian.Uint64(raw[0])),
		BillingAccountID: r.text(raw[1]), InvoiceID: r.text(raw[3]), Currency: r.text(raw[4]),
		ChargePeriodStart: decodeInstant(raw[5]), ChargePeriodEnd: decodeInstant(raw[6]),
		ChargeCategory: r.text(raw[9]), ChargeClass: r.text(raw[10]),
		SubAccountID: r.text(raw[11]), SubAccountName: r.text(raw[12]),
		ServiceName: r.text(raw[13]), ServiceCategory: r.text(raw[14]),
		ResourceID: r.text(raw[15]), ResourceName: r.text(raw[16]), ResourceType: r.text(raw[17]),
		RegionID: r.text(raw[18]), CommitmentDiscountID: r.text(raw[19]), CommitmentDiscountStatus: r.text(raw[20]),
	}
	if r.month != string(raw[2]) {
		r.month = string(raw[2])
		if r.period, err = period.Parse(r.month); err != nil {
			return err
		}
	}
	c.BillingPeriod = r.period
	if c.BilledCost, err = decodeNumeric(raw[7]); err != nil {
		return err
	}
	if c.EffectiveCost, err = decodeNumeric(raw[8]); err != nil {
		return err
	}
	if raw[21] != nil {
		c.CommitmentDiscountQuantity.Valid = true
		if c.CommitmentDiscountQuantity.Decimal, err = decodeNumeric(raw[21]); err != nil {
			return err
		}
	}
	c.Tags, err = r.tags(raw[22])
	return err
}

// text returns one string for equal bytes, so that reading a bill allocates for what is new in it.
func (r *chargeReader) text(raw []byte) string {
	if known, found := r.texts[string(raw)]; found {
		return known
	}
	text := string(raw)
	if len(r.texts) < rememberedTexts {
		r.texts[text] = text
	}
	return text
}

// tags reads jsonb, which pgx asks for as text.
func (r *chargeReader) tags(raw []byte) (map[string]string, error) {
	if raw == nil {
		return nil, nil
	}
	if known, found := r.allTags[string(raw)]; found {
		return known, nil
	}
	var tags map[string]string
	if err := json.Unmarshal(raw, &tags); err != nil {
		return nil, fmt.Errorf("reading stored tags: %w", err)
	}
	if len(r.allTags) < rememberedTexts {
		r.allTags[string(raw)] = tags
	}
	return tags, nil
}

// from1970To2000 is the seconds between the two beginnings of time.
const from1970To2000 = 946684800

// decodeInstant reads a binary timestamptz, microseconds since 2000; NULL is no time.
func decodeInstant(raw []byte) time.Time {
	if len(raw) != 8 {
		return time.Time{}
	}
	micros := int64(binary.BigEndian.Uint64(raw))
	seconds, rest := micros/1e6, micros%1e6
	return time.Unix(from1970To2000+seconds, rest*1000).UTC()
}

// frozenInputs is what an attempt froze.
type frozenInputs struct {
	ref      closing.AttemptRef
	periodBy closing.PeriodBy
	// restates is set where the attempt is a restatement.
	restates bool
	inputs   []frozenSlice
}

type frozenSlice struct {
	ID     int64
	Kind   string
	Period string
	Source string
	// Difference is set for what came late for the month that Period names.
	Difference bool
}

// slices returns the slices of a kind in the order of the manifest: by scope, then content.
func (f frozenInputs) slices(kind string) []int64 {
	ids := []int64{}
	for _, slice := range f.inputs {
		if slice.Kind == kind {
			ids = append(ids, slice.ID)
		}
	}
	return ids
}

// billed returns the slices of charges that were billed in the period itself.
func (f frozenInputs) billed() []int64 {
	ids := []int64{}
	for _, slice := range f.inputs {
		if slice.Kind == "charges" && slice.Period == f.ref.Period.String() && !slice.Difference {
			ids = append(ids, slice.ID)
		}
	}
	return ids
}

// differences returns the slices of what came late.
func (f frozenInputs) differences() []int64 {
	ids := []int64{}
	for _, slice := range f.inputs {
		if slice.Difference {
			ids = append(ids, slice.ID)
		}
	}
	return ids
}
