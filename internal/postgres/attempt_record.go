package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Progress records the step under way of a running attempt, else it is a Conflict error. It is called
// with every page of work, so it is one statement without a lock beyond its own.
func (s *Closing) Progress(ctx context.Context, ref closing.AttemptRef, step string, done, total int64) error {
	tag, err := s.db.Exec(ctx, `UPDATE periods SET step = $4, step_done = $5, step_total = $6, updated_at = now()
		WHERE book = $1 AND period = $2 AND attempt = $3
			AND state IN ('closing', 'awaiting_approval', 'publishing', 'restating')`,
		ref.Book, ref.Period.String(), ref.Attempt, step, done, total)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "attempt %d at %s of book %s is not under way", ref.Attempt, ref.Period, ref.Book)
	}
	return explain(err, "recording the progress of %s of book %s", ref.Period, ref.Book)
}

// SaveManifest records what the attempt froze, as the port says. The hash is made from the sorted
// manifest, never from what the database gives back, whose JSON has another order of keys.
func (s *Closing) SaveManifest(ctx context.Context, ref closing.AttemptRef, manifest closing.Manifest) (string, error) {
	manifest.Sort()
	hash := manifest.Hash()
	err := s.changeCurrent(ctx, ref, "freezing", func(tx pgx.Tx, attempt *held) error {
		if attempt.manifestHash == hash {
			return nil
		}
		if attempt.manifestHash != "" {
			return fault.New(fault.Conflict, "attempt %d at %s of book %s is frozen already, under another manifest", ref.Attempt, ref.Period, ref.Book)
		}
		if err := attempt.calculating(); err != nil {
			return err
		}
		return saveDocument(ctx, tx, ref, "manifest = $4, manifest_hash = $5", manifest, hash)
	})
	if err != nil {
		return "", err
	}
	return hash, nil
}

// Manifest returns what an attempt froze; an attempt that is unknown or has frozen nothing is a
// NotFound error.
func (s *Closing) Manifest(ctx context.Context, ref closing.AttemptRef) (closing.Manifest, error) {
	var manifest closing.Manifest
	var document []byte
	err := s.db.QueryRow(ctx, "SELECT manifest FROM close_attempts WHERE book = $1 AND period = $2 AND attempt = $3",
		ref.Book, ref.Period.String(), ref.Attempt).Scan(&document)
	if noRow(err) || (err == nil && document == nil) {
		return manifest, fault.New(fault.NotFound, "attempt %d at %s of book %s has frozen nothing", ref.Attempt, ref.Period, ref.Book)
	}
	if err == nil {
		err = json.Unmarshal(document, &manifest)
	}
	return manifest, explain(err, "reading the manifest of %s of book %s", ref.Period, ref.Book)
}

// SaveReconciliation records how charges and invoices compare, also where they do not match: people
// look at it to see why a close stopped. A later one of the same attempt takes its place.
func (s *Closing) SaveReconciliation(ctx context.Context, ref closing.AttemptRef, reconciliation closing.Reconciliation) error {
	return s.changeCurrent(ctx, ref, "reconciling", func(tx pgx.Tx, attempt *held) error {
		if err := attempt.calculating(); err != nil {
			return err
		}
		return saveDocument(ctx, tx, ref, "reconciliation = $4", reconciliation)
	})
}

// SaveResult records the result's hash and totals, for as long as nobody has been asked to approve
// them.
func (s *Closing) SaveResult(ctx context.Context, ref closing.AttemptRef, resultHash string, totals []closing.CurrencyTotal) error {
	return s.changeCurrent(ctx, ref, "recording the result of", func(tx pgx.Tx, attempt *held) error {
		if err := attempt.calculating(); err != nil {
			return err
		}
		return saveDocument(ctx, tx, ref, "totals = $4, result_hash = $5", totals, resultHash)
	})
}

// calculating returns a Conflict error unless the attempt still works towards its result: what
// people are shown no longer changes.
func (h *held) calculating() error {
	if h.state == closing.StateClosing || h.state == closing.StateRestating {
		return nil
	}
	return fault.New(fault.Conflict, "period %s of book %s is %s; attempt %d no longer changes", h.ref.Period, h.ref.Book, h.state, h.ref.Attempt)
}

// saveDocument sets columns of the attempt; the first is a JSON document.
func saveDocument(ctx context.Context, tx pgx.Tx, ref closing.AttemptRef, set string, document any, more ...any) error {
	encoded, err := json.Marshal(document)
	if err != nil {
		return fmt.Errorf("encoding a document of attempt %d: %w", ref.Attempt, err)
	}
	arguments := append([]any{ref.Book, ref.Period.String(), ref.Attempt, encoded}, more...)
	_, err = tx.Exec(ctx, "UPDATE close_attempts SET "+set+" WHERE book = $1 AND period = $2 AND attempt = $3", arguments...)
	return err
}
