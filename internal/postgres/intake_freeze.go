package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// Freeze implements intake.Freezer.
func (s *Intake) Freeze(ctx context.Context, request intake.FreezeRequest) (frozen intake.Frozen, err error) {
	ref := request.Ref
	doing := fmt.Sprintf("freezing %s of book %s", ref.Period, ref.Book)
	var refused error
	err = s.inTransaction(ctx, doing, func(tx pgx.Tx) error {
		attempt, err := hold(ctx, tx, ref)
		if err != nil {
			return err
		}
		if attempt.manifestHash != "" {
			frozen, err = readFrozen(ctx, tx, ref)
			return err
		}
		if attempt.current != ref.Attempt {
			return fault.New(fault.Conflict, "attempt %d at %s of book %s is over; the current one is %d", ref.Attempt, ref.Period, ref.Book, attempt.current)
		}
		if err := attempt.calculating(); err != nil {
			return err
		}
		if err := takeTurn(ctx, tx); err != nil {
			return err
		}
		if err := promoteLate(ctx, tx); err != nil {
			return err
		}
		if ref.Restates > 0 {
			frozen, refused, err = freezeRestatement(ctx, tx, request)
		} else {
			frozen, err = freeze(ctx, tx, request)
		}
		return err
	})
	if err == nil {
		err = refused
	}
	return frozen, err
}

// freeze does the work of Freeze once the attempt is locked and nobody else is sealing.
//
// It lists the current slices as inputs of the attempt, and what came late for closed months before
// this one. Where the book goes by charge period, it also lists other months' slices that hold charges
// of this one.
func freeze(ctx context.Context, tx pgx.Tx, request intake.FreezeRequest) (intake.Frozen, error) {
	ref, book := request.Ref, request.Book
	accounts := book.BillingAccounts
	if accounts == nil {
		accounts = []string{}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO attempt_inputs (book, period, attempt, slice_id)
		SELECT $1, $2, $3, slice_id FROM input_slices
		WHERE status = 'current' AND (
			kind IN ('tenants', 'ownership')
			OR kind IN ('usage', 'rates') AND period = $2
			OR kind IN ('charges', 'invoices') AND period = $2 AND (cardinality($4::text[]) = 0 OR scope = ANY ($4))
			OR kind = 'charges' AND $5 AND min_charge_start < $7 AND max_charge_start >= $6
				AND (cardinality($4::text[]) = 0 OR scope = ANY ($4)))`,
		ref.Book, ref.Period.String(), ref.Attempt, accounts, book.PeriodBy == closing.PeriodByCharge,
		ref.Period.Start(), ref.Period.End())
	if err != nil {
		return intake.Frozen{}, err
	}
	months, err := closedBefore(ctx, tx, ref.Book, ref.Period)
	if err != nil {
		return intake.Frozen{}, err
	}
	late := lateTaker{tx: tx, ref: ref, accounts: accounts, byCharge: book.PeriodBy == closing.PeriodByCharge}
	for _, month := range months {
		if _, err := late.take(ctx, month); err != nil {
			return intake.Frozen{}, err
		}
	}
	manifest := closing.Manifest{
		Version: closing.ManifestVersion, Book: book.ID, Period: ref.Period, Currency: book.Currency,
		Basis: book.Basis, PeriodBy: book.PeriodBy,
		AllocationVersion: request.AllocationVersion, Rules: request.Rules,
	}
	if manifest.Inputs, err = manifestInputs(ctx, tx, ref); err != nil {
		return intake.Frozen{}, err
	}
	return saveFrozen(ctx, tx, ref, manifest)
}

// saveFrozen records a manifest and counts what it lists.
func saveFrozen(ctx context.Context, tx pgx.Tx, ref closing.AttemptRef, manifest closing.Manifest) (intake.Frozen, error) {
	manifest.Sort()
	hash := manifest.Hash()
	if err := saveDocument(ctx, tx, ref, "manifest = $4, manifest_hash = $5", manifest, hash); err != nil {
		return intake.Frozen{}, err
	}
	return countFrozen(manifest, hash), nil
}

// manifestInputs names the frozen slices by content. Slices of tenants overrule each other, so their
// rank is part of the name: the lowest counts first.
func manifestInputs(ctx context.Context, tx pgx.Tx, ref closing.AttemptRef) ([]closing.ManifestInput, error) {
	rows, err := tx.Query(ctx, `SELECT CASE s.status WHEN 'difference' THEN 'late' ELSE s.kind END,
			CASE WHEN s.kind = 'tenants' THEN to_char(row_number() OVER
					(PARTITION BY s.kind ORDER BY b.source = 'service', s.slice_id DESC), 'FM000000')
				WHEN s.status = 'difference' THEN s.period || '/' || s.scope
				ELSE s.scope END,
			s.content_hash, s.rows
		FROM attempt_inputs i JOIN input_slices s USING (slice_id) JOIN input_batches b USING (batch_id)
		WHERE i.book = $1 AND i.period = $2 AND i.attempt = $3`, ref.Book, ref.Period.String(), ref.Attempt)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[closing.ManifestInput])
}

// readFrozen returns what an attempt froze before: an activity that is repeated after its commit must
// not look at what came in since.
func readFrozen(ctx context.Context, tx pgx.Tx, ref closing.AttemptRef) (intake.Frozen, error) {
	var document []byte
	var hash string
	err := tx.QueryRow(ctx, `SELECT manifest, manifest_hash FROM close_attempts
		WHERE book = $1 AND period = $2 AND attempt = $3`, ref.Book, ref.Period.String(), ref.Attempt).Scan(&document, &hash)
	if err != nil {
		return intake.Frozen{}, err
	}
	var manifest closing.Manifest
	if err := json.Unmarshal(document, &manifest); err != nil {
		return intake.Frozen{}, fmt.Errorf("reading the manifest of attempt %d: %w", ref.Attempt, err)
	}
	return countFrozen(manifest, hash), nil
}

// countFrozen adds up what progress is measured against.
func countFrozen(manifest closing.Manifest, hash string) intake.Frozen {
	frozen := intake.Frozen{Manifest: manifest, Hash: hash}
	for _, input := range manifest.Inputs {
		frozen.Rows += input.Rows
		if input.Kind == string(intake.KindCharges) || input.Kind == intake.InputLate {
			frozen.Charges += input.Rows
		}
	}
	return frozen
}
