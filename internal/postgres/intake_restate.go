package postgres

import (
	"context"
	"encoding/json"
	"fmt"
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
	restated := *request.Restated
	manifest, err := baseManifest(ctx, tx, restated.Base)
	if err != nil {
		return intake.Frozen{}, err
	}
	accounts := listOf(request.Book.BillingAccounts)
	if err := repeatInputs(ctx, tx, ref, restated, accounts); err != nil {
		return intake.Frozen{}, err
	}
	late := lateTaker{
		tx: tx, ref: ref, accounts: accounts, include: restated.Include,
		byCharge: manifest.PeriodBy == closing.PeriodByCharge,
	}
	taken, err := late.take(ctx, ref.Period)
	if err != nil {
		return intake.Frozen{}, err
	}
	before := manifest.Hash()
	manifest.Rules = request.Rules
	if manifest.Inputs, err = manifestInputs(ctx, tx, ref); err != nil {
		return intake.Frozen{}, err
	}
	if manifest.Sort(); taken == 0 && manifest.Hash() == before {
		return intake.Frozen{}, fault.New(fault.Conflict,
			"nothing came late for %s of book %s that is not booked or under way elsewhere, and rules and owners are those of revision %d: there is nothing to restate",
			ref.Period, ref.Book, restated.Revision)
	}
	manifest.Restates = restated.ResultHash
	return saveFrozen(ctx, tx, ref, manifest)
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
	renewed, invoices, err := lateInvoices(ctx, tx, ref, restated.Include, accounts)
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

// lateInvoices returns the accounts for which control totals came late, and the slices that hold
// these accounts' totals now.
func lateInvoices(ctx context.Context, tx pgx.Tx, ref closing.AttemptRef, include, accounts []string) (renewed []string, ids []int64, err error) {
	rows, err := tx.Query(ctx, `SELECT scope, slice_id, content_hash, appended, status = 'late' FROM input_slices
		WHERE kind = 'invoices' AND period = $1 AND status IN ('current', 'late')
			AND (cardinality($2::text[]) = 0 OR scope = ANY ($2))
		ORDER BY scope, slice_id`, ref.Period.String(), accounts)
	if err != nil {
		return nil, nil, err
	}
	renewed, ids = []string{}, []int64{}
	current, late := map[string][]int64{}, map[string][]intake.LateSlice{}
	var account string
	var slice intake.LateSlice
	var isLate bool
	_, err = pgx.ForEachRow(rows, []any{&account, &slice.ID, &slice.ContentHash, &slice.Appended, &isLate}, func() error {
		switch {
		case !isLate:
			current[account] = append(current[account], slice.ID)
		case len(include) == 0 || slices.Contains(include, slice.ContentHash):
			late[account] = append(late[account], slice)
		}
		return nil
	})
	for account, slices := range late {
		renewed = append(renewed, account)
		ids = append(ids, intake.Settle(current[account], slices).Slices()...)
	}
	return renewed, ids, err
}
