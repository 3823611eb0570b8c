package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// freezeRestatement lists what the revision before froze and, as a difference, what came late for the
// month since; freeze's conditions hold.
func freezeRestatement(ctx context.Context, tx pgx.Tx, request intake.FreezeRequest) (intake.Frozen, error) {
	ref := request.Ref
	if request.Restated == nil {
		return intake.Frozen{}, fault.New(fault.Internal, "restatement %s was not told what it restates", ref.WorkflowID())
	}
	manifest, changed, err := restatedManifest(ctx, tx, request, false)
	if err != nil {
		return intake.Frozen{}, err
	}
	if !changed {
		return intake.Frozen{}, nothingToRestate(ref, request.Restated.Revision)
	}
	manifest.Restates = request.Restated.ResultHash
	return saveFrozen(ctx, tx, ref, manifest)
}

// restatedManifest lists the inputs of a restatement and reports whether they or its rules differ from
// those of the revision that it restates; dry lists no late charges, and only looks whether there are.
func restatedManifest(ctx context.Context, tx pgx.Tx, request intake.FreezeRequest, dry bool) (closing.Manifest, bool, error) {
	ref, restated := request.Ref, *request.Restated
	manifest, err := baseManifest(ctx, tx, restated.Base)
	if err != nil {
		return manifest, false, err
	}
	accounts := listOf(request.Book.BillingAccounts)
	if err := repeatInputs(ctx, tx, ref, restated, accounts); err != nil {
		return manifest, false, err
	}
	late := lateTaker{
		tx: tx, ref: ref, accounts: accounts, include: restated.Include, dry: dry,
		byCharge: manifest.PeriodBy == closing.PeriodByCharge,
	}
	taken, err := late.take(ctx, ref.Period)
	if err != nil {
		return manifest, false, err
	}
	manifest.Sort()
	before := manifest.Hash()
	manifest.Rules = request.Rules
	if manifest.Inputs, err = manifestInputs(ctx, tx, ref); err != nil {
		return manifest, false, err
	}
	manifest.Sort()
	return manifest, taken > 0 || manifest.Hash() != before, nil
}

func nothingToRestate(ref closing.AttemptRef, revision int) error {
	return fault.New(fault.Conflict,
		"nothing came late for %s of book %s that is not booked or under way elsewhere, and rules and owners are those of revision %d: there is nothing to restate",
		ref.Period, ref.Book, revision)
}

// baseManifest reads the manifest of the attempt that is restated, without what that one restated.
func baseManifest(ctx context.Context, tx pgx.Tx, base closing.AttemptRef) (closing.Manifest, error) {
	var document []byte
	var manifest closing.Manifest
	err := tx.QueryRow(ctx, "SELECT manifest FROM close_attempts WHERE book = $1 AND period = $2 AND attempt = $3",
		base.Book, base.Period.String(), base.Attempt).Scan(&document)
	if err != nil {
		return manifest, err
	}
	if err := json.Unmarshal(document, &manifest); err != nil {
		return manifest, fmt.Errorf("reading the manifest of attempt %d: %w", base.Attempt, err)
	}
	manifest.Restates = ""
	return manifest, nil
}

// repeatInputs lists the inputs of the base again: all of them, but for owners that are to be those of
// today, and control totals of which newer ones came in.
func repeatInputs(ctx context.Context, tx pgx.Tx, ref closing.AttemptRef, restated closing.Restated, accounts []string) error {
	current := restated.Owners == closing.OriginCurrent
	renewed, invoices, err := lateInvoices(ctx, tx, ref, restated, accounts)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO attempt_inputs (book, period, attempt, slice_id)
		SELECT $1, $2, $3::int, slice_id FROM attempt_inputs i JOIN input_slices s USING (slice_id)
		WHERE i.book = $1 AND i.period = $2
			AND i.attempt = (SELECT ledger_attempt FROM close_attempts WHERE book = $1 AND period = $2 AND attempt = $4)
			AND NOT ($5 AND s.kind IN ('tenants', 'ownership'))
			AND NOT (s.kind = 'invoices' AND s.scope = ANY ($6))
		UNION SELECT $1, $2, $3::int, slice_id FROM input_slices
		WHERE $5 AND status = 'current' AND kind IN ('tenants', 'ownership')
		UNION SELECT $1, $2, $3::int, unnest($7::bigint[])`,
		ref.Book, ref.Period.String(), ref.Attempt, restated.Base.Attempt, current, renewed, invoices)
	return err
}

// lateInvoices returns the accounts for which control totals came late, and the slices that are to
// hold these accounts' totals.
func lateInvoices(
	ctx context.Context, tx pgx.Tx, ref closing.AttemptRef, restated closing.Restated, accounts []string,
) (renewed []string, ids []int64, err error) {
	rows, err := tx.Query(ctx, `SELECT s.scope, s.slice_id, s.content_hash, s.appended, s.status, i.slice_id IS NOT NULL
		FROM input_slices s LEFT JOIN attempt_inputs i ON i.slice_id = s.slice_id AND i.book = $1 AND i.period = $2
			AND i.attempt = (SELECT ledger_attempt FROM close_attempts WHERE book = $1 AND period = $2 AND attempt = $3)
		WHERE s.kind = 'invoices' AND s.period = $2 AND (s.status IN ('current', 'late') OR i.slice_id IS NOT NULL)
			AND (cardinality($4::text[]) = 0 OR s.scope = ANY ($4))
		ORDER BY s.scope, s.slice_id`, ref.Book, ref.Period.String(), restated.Base.Attempt, accounts)
	if err != nil {
		return nil, nil, err
	}
	found := map[string]*standing{}
	var account string
	var slice foundSlice
	var booked bool
	_, err = pgx.ForEachRow(rows, []any{&account, &slice.ID, &slice.ContentHash, &slice.Appended, &slice.Status, &booked}, func() error {
		totals := found[account]
		if totals == nil {
			totals = &standing{include: restated.Include}
			found[account] = totals
		}
		switch {
		case booked && slice.Appended:
			totals.booked.Beside = append(totals.booked.Beside, slice.ID)
		case booked:
			totals.booked.Base = append(totals.booked.Base, slice.ID)
		}
		totals.add(slice)
		return nil
	})
	renewed, ids = []string{}, []int64{}
	for _, account := range slices.Sorted(maps.Keys(found)) {
		if found[account].renewed {
			renewed = append(renewed, account)
			ids = append(ids, found[account].settle().Slices()...)
		}
	}
	return renewed, ids, err
}
