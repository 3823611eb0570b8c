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

// freezeRestatement lists what the revision before froze and, as a difference, what came late for the
// month since; freeze's conditions hold. refused is why there is nothing to restate: then nothing is
// listed, and late deliveries that only repeat what is booked are written down as looked at, which is to
// be committed all the same.
func freezeRestatement(ctx context.Context, tx pgx.Tx, request intake.FreezeRequest) (frozen intake.Frozen, refused, err error) {
	ref := request.Ref
	if request.Restated == nil {
		return frozen, nil, fault.New(fault.Internal, "restatement %s was not told what it restates", ref.WorkflowID())
	}
	listing, err := tx.Begin(ctx)
	if err != nil {
		return frozen, nil, err
	}
	inputs, err := restatedManifest(ctx, listing, request, false)
	if err != nil {
		return frozen, nil, err
	}
	if !inputs.changed {
		if err := listing.Rollback(ctx); err != nil {
			return frozen, nil, err
		}
		return frozen, nothingToRestate(ref, request.Restated.Revision, len(inputs.repeats) > 0), noteRepeats(ctx, tx, request.Restated.Base, inputs.repeats)
	}
	if err := listing.Commit(ctx); err != nil {
		return frozen, nil, err
	}
	inputs.manifest.Restates = request.Restated.ResultHash
	frozen, err = saveFrozen(ctx, tx, ref, inputs.manifest)
	return frozen, nil, err
}

// restatedInputs are the inputs of a restatement.
type restatedInputs struct {
	manifest closing.Manifest
	// changed says that they, or the rules, differ from those of the revision that is restated.
	changed bool
	repeats []repeat
}

// restatedManifest lists the inputs of a restatement; dry lists no late charges, and only looks whether
// there are.
func restatedManifest(ctx context.Context, tx pgx.Tx, request intake.FreezeRequest, dry bool) (inputs restatedInputs, err error) {
	ref, restated := request.Ref, *request.Restated
	manifest, err := baseManifest(ctx, tx, restated.Base)
	if err != nil {
		return inputs, err
	}
	accounts := listOf(request.Book.BillingAccounts)
	if err := repeatInputs(ctx, tx, ref, restated, accounts); err != nil {
		return inputs, err
	}
	late := lateTaker{
		tx: tx, ref: ref, accounts: accounts, include: restated.Include, dry: dry,
		byCharge: manifest.PeriodBy == closing.PeriodByCharge,
	}
	taken, err := late.take(ctx, ref.Period)
	if err != nil {
		return inputs, err
	}
	manifest.Sort()
	before := manifest.Hash()
	manifest.Rules = request.Rules
	if manifest.Inputs, err = manifestInputs(ctx, tx, ref); err != nil {
		return inputs, err
	}
	manifest.Sort()
	return restatedInputs{manifest, taken > 0 || manifest.Hash() != before, late.repeats}, nil
}

// noteRepeats records for the attempt that made the latest revision that what came late since holds
// nothing that is not booked: it would wait for ever.
func noteRepeats(ctx context.Context, tx pgx.Tx, base closing.AttemptRef, repeats []repeat) error {
	for _, each := range repeats {
		if _, err := tx.Exec(ctx, takeStatement, takenBy(base, each.month, each.account, each.now, nil)...); err != nil {
			return err
		}
	}
	return nil
}

func nothingToRestate(ref closing.AttemptRef, revision int, repeats bool) error {
	if repeats {
		return fault.New(fault.Conflict,
			"what came late for %s of book %s only repeats charges that are booked, and rules, owners and rates are those of revision %d: there is nothing to restate",
			ref.Period, ref.Book, revision)
	}
	return fault.New(fault.Conflict,
		"nothing came late for %s of book %s that is not booked or under way elsewhere, and rules, owners and rates are those of revision %d: there is nothing to restate",
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
