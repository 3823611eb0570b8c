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
