package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// renewable is what a restatement takes anew besides charges, whose differences it books: control
// totals and usage that came late, and exchange rates where those of today are asked for.
func renewable(restated closing.Restated) []intake.Kind {
	kinds := []intake.Kind{intake.KindInvoices, intake.KindUsage}
	if restated.Rates == closing.OriginCurrent {
		kinds = append(kinds, intake.KindRates)
	}
	return kinds
}

// repeatInputs lists the inputs of the base again: all of them, but for owners that are to be those of
// today, and what newer deliveries have taken the place of.
func repeatInputs(ctx context.Context, tx pgx.Tx, ref closing.AttemptRef, restated closing.Restated, accounts []string) error {
	owners := restated.Owners == closing.OriginCurrent
	renewed, err := renewedInputs(ctx, tx, ref, restated, accounts)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO attempt_inputs (book, period, attempt, slice_id)
		SELECT $1, $2, $3::int, slice_id FROM attempt_inputs i JOIN input_slices s USING (slice_id)
		WHERE i.book = $1 AND i.period = $2
			AND i.attempt = (SELECT ledger_attempt FROM close_attempts WHERE book = $1 AND period = $2 AND attempt = $4)
			AND NOT ($5 AND s.kind IN ('tenants', 'ownership'))
			AND NOT EXISTS (SELECT FROM unnest($6::text[], $7::text[]) r (kind, scope) WHERE r.kind = s.kind AND r.scope = s.scope)
		UNION SELECT $1, $2, $3::int, slice_id FROM input_slices
		WHERE $5 AND status = 'current' AND kind IN ('tenants', 'ownership')
		UNION SELECT $1, $2, $3::int, unnest($8::bigint[])`,
		ref.Book, ref.Period.String(), ref.Attempt, restated.Base.Attempt, owners, renewed.kinds, renewed.scopes, renewed.slices)
	return err
}

// renewedKeys lists the keys for which something came late, as pairs, and the slices that they are to
// consist of.
type renewedKeys struct {
	kinds, scopes []string
	slices        []int64
}

// renewedInputs finds the keys of renewable kinds for which something came late.
func renewedInputs(ctx context.Context, tx pgx.Tx, ref closing.AttemptRef, restated closing.Restated, accounts []string) (renewedKeys, error) {
	renewed := renewedKeys{kinds: []string{}, scopes: []string{}, slices: []int64{}}
	rows, err := tx.Query(ctx, `SELECT s.kind, s.scope, s.slice_id, s.content_hash, s.appended, s.status, i.slice_id IS NOT NULL
		FROM input_slices s LEFT JOIN attempt_inputs i ON i.slice_id = s.slice_id AND i.book = $1 AND i.period = $2
			AND i.attempt = (SELECT ledger_attempt FROM close_attempts WHERE book = $1 AND period = $2 AND attempt = $3)
		WHERE s.kind = ANY ($5) AND s.period = $2 AND (s.status IN ('current', 'late') OR i.slice_id IS NOT NULL)
			AND (s.kind <> 'invoices' OR cardinality($4::text[]) = 0 OR s.scope = ANY ($4))
		ORDER BY s.kind, s.scope, s.slice_id`, ref.Book, ref.Period.String(), restated.Base.Attempt, accounts, renewable(restated))
	if err != nil {
		return renewed, err
	}
	type key struct{ kind, scope string }
	found := map[key]*standing{}
	var order []key
	var at key
	var slice foundSlice
	var booked bool
	_, err = pgx.ForEachRow(rows, []any{&at.kind, &at.scope, &slice.ID, &slice.ContentHash, &slice.Appended, &slice.Status, &booked}, func() error {
		if found[at] == nil {
			found[at] = newStanding(intake.Kind(at.kind), restated)
			order = append(order, at)
		}
		found[at].addBooked(slice, booked)
		return nil
	})
	for _, at := range order {
		if found[at].renewed {
			renewed.kinds, renewed.scopes = append(renewed.kinds, at.kind), append(renewed.scopes, at.scope)
			renewed.slices = append(renewed.slices, found[at].settle().Slices()...)
		}
	}
	return renewed, err
}

// newStanding prepares to gather the slices of a key of a renewable kind. Which rates count is said by
// their origin, not by naming deliveries. Control totals for an account that had none at the close
// renew nothing: the charges of the close were never compared with any.
func newStanding(kind intake.Kind, restated closing.Restated) *standing {
	if kind == intake.KindRates {
		return &standing{first: true}
	}
	return &standing{include: restated.Include, first: kind == intake.KindUsage}
}

// addBooked takes one more slice in, of which it is known whether the base lists it.
func (s *standing) addBooked(slice foundSlice, booked bool) {
	switch {
	case booked && slice.Appended:
		s.booked.Beside = append(s.booked.Beside, slice.ID)
	case booked:
		s.booked.Base = append(s.booked.Base, slice.ID)
	}
	s.add(slice)
}
