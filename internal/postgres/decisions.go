package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

// RecordDecision appends a refused decision, under the fault code of the refusal. The same again
// changes nothing. Accepted ones are recorded by Approve and Reopen, with what they change, so an
// empty refusal is an InvalidInput error.
func (s *Closing) RecordDecision(ctx context.Context, ref closing.AttemptRef, decision approval.Decision, refusal string) error {
	if refusal == "" {
		return fault.New(fault.InvalidInput, "decision %s was accepted; it is recorded with what it changes", decision.ID)
	}
	return explain(recordDecision(ctx, s.db, ref, decision, refusal), "recording decision %s", decision.ID)
}

// Decisions lists what was decided or refused on a period, over all its attempts, oldest first. The
// tokens that proved who decided are credentials and are not kept.
func (s *Closing) Decisions(ctx context.Context, book string, month period.Period) ([]approval.Recorded, error) {
	rows, err := s.db.Query(ctx, `SELECT decision_id, verdict, reason, result_hash, actor, decided_at, attempt, refusal
		FROM decisions WHERE book = $1 AND period = $2 ORDER BY decision_no`, book, month.String())
	if err != nil {
		return nil, explain(err, "listing the decisions on %s of book %s", month, book)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (approval.Recorded, error) {
		var recorded approval.Recorded
		var actor []byte
		err := row.Scan(&recorded.ID, &recorded.Verdict, &recorded.Reason, &recorded.ResultHash, &actor,
			scannedInstant{&recorded.DecidedAt}, &recorded.Attempt, &recorded.Refusal)
		if err == nil {
			err = json.Unmarshal(actor, &recorded.Actor)
		}
		return recorded, err
	})
	return list, explain(err, "listing the decisions on %s of book %s", month, book)
}

// recordDecision appends a row to the audit trail. A second accepted decision on the same attempt
// breaks a unique index: the states above make it impossible, the index makes it certain.
func recordDecision(ctx context.Context, db DB, ref closing.AttemptRef, decision approval.Decision, refusal string) error {
	actor, err := json.Marshal(decision.Actor)
	if err != nil {
		return fmt.Errorf("encoding who decided: %w", err)
	}
	_, err = db.Exec(ctx, `INSERT INTO decisions (book, period, attempt, decision_id, verdict, reason,
			result_hash, actor, subject, decided_at, refusal)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (book, period, attempt, decision_id, refusal) DO NOTHING`,
		ref.Book, ref.Period.String(), ref.Attempt, decision.ID, string(decision.Verdict), decision.Reason,
		decision.ResultHash, actor, decision.Actor.Subject, decision.DecidedAt, refusal)
	return err
}
