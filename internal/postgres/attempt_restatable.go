package postgres

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// mayChange refuses a restatement that names an unknown delivery, or that would change nothing, while
// the transaction that opens it can still be undone. What comes in between here and its freeze only
// adds to it, but for what another month's close takes meanwhile.
func mayChange(ctx context.Context, tx pgx.Tx, book closing.Book, ref closing.AttemptRef) error {
	restated, err := readRestated(ctx, tx, ref)
	if err != nil {
		return err
	}
	base, err := baseManifest(ctx, tx, restated.Base)
	if err != nil {
		return err
	}
	if err := knowsDeliveries(ctx, tx, book, ref, restated.Include, base.PeriodBy == closing.PeriodByCharge); err != nil {
		return err
	}
	if restated.Rules == closing.OriginCurrent {
		changed, err := rulesChanged(ctx, tx, ref, base.Rules)
		if err != nil || changed {
			return err
		}
	}
	// The inputs are listed for the comparison alone; the freeze lists them.
	trial, err := tx.Begin(ctx)
	if err != nil {
		return err
	}
	inputs, err := restatedManifest(ctx, trial, intake.FreezeRequest{Ref: ref, Book: book, Rules: base.Rules, Restated: &restated}, true)
	if err != nil {
		return err
	}
	if err := trial.Rollback(ctx); err != nil {
		return err
	}
	if !inputs.changed {
		return nothingToRestate(ref, restated.Revision, false)
	}
	return nil
}

// knowsDeliveries returns an InvalidInput error that points at the first hash that no delivery for the
// month has which stands or is booked.
func knowsDeliveries(ctx context.Context, tx pgx.Tx, book closing.Book, ref closing.AttemptRef, include []string, byCharge bool) error {
	for i, hash := range include {
		// Where the book goes by charge period, control totals are still of the billing period, and usage
		// is of no account.
		var known bool
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM input_slices s
			WHERE s.content_hash = $6 AND (s.kind = 'charges' AND `+ofMonth+` OR s.kind IN ('invoices', 'usage') AND s.period = $2)
				AND (s.kind = 'usage' OR cardinality($1::text[]) = 0 OR s.scope = ANY ($1))
				AND (s.status IN ('current', 'late') OR EXISTS (SELECT FROM late_inputs t
					WHERE t.book = $7 AND t.month = $2 AND s.slice_id = ANY (t.base || t.beside))))`,
			listOf(book.BillingAccounts), ref.Period.String(), byCharge, ref.Period.Start(), ref.Period.End(), hash, ref.Book).Scan(&known)
		if err != nil {
			return err
		}
		if !known {
			return fault.Invalid(fmt.Sprintf("/include/%d", i),
				"no delivery for %s of book %s has the content hash %s; leave it out, or take the hash from the report of the import",
				ref.Period, ref.Book, quotedHash(hash))
		}
	}
	return nil
}

// quotedHash shows a hash whole, and of anything else no more than a hash is long.
func quotedHash(hash string) string {
	if _, err := hex.DecodeString(hash); err == nil && len(hash) <= 64 {
		return hash
	}
	return fmt.Sprintf("%.64q", hash)
}

// rulesChanged compares the rules in effect with those of a manifest. The order of mappings needs no
// comparison, since it follows from their content.
func rulesChanged(ctx context.Context, tx pgx.Tx, ref closing.AttemptRef, were []closing.ManifestRule) (bool, error) {
	active, err := NewRules(tx).Active(ctx, ref.Period.Start(), ref.Period.End())
	if err != nil {
		return false, err
	}
	used := map[closing.ManifestRule]bool{}
	for _, rule := range were {
		rule.Rank = 0
		used[rule] = true
	}
	for _, rule := range active {
		if !used[closing.ManifestRule{RuleID: rule.RuleID, Version: rule.Version, ContentHash: rule.ContentHash}] {
			return true, nil
		}
	}
	return len(active) != len(were), nil
}
