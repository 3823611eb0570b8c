package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/costwatch"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
)

// Settle implements costwatch.Store. Two that settle a period at once take turns.
func (a *Anomalies) Settle(
	ctx context.Context, book string, month period.Period, found []allocation.CostAnomaly, announce costwatch.Announce,
) (settled costwatch.Settled, err error) {
	err = pgx.BeginFunc(ctx, a.db, func(tx pgx.Tx) error {
		s := settlement{tx: tx, book: book, announce: announce}
		if err := s.read(ctx, month, found); err != nil {
			return err
		}
		for i := range found {
			if err := s.stands(ctx, found[i]); err != nil {
				return err
			}
		}
		if err := s.withdraw(ctx); err != nil {
			return err
		}
		settled = s.settled
		return addMessages(ctx, tx, s.messages)
	})
	return settled, explain(err, "settling %d anomalies of %s of book %s", len(found), month, book)
}

// settlement is the work of one Settle.
type settlement struct {
	tx       pgx.Tx
	book     string
	announce costwatch.Announce

	known    map[string]*knownAnomaly
	order    []*knownAnomaly
	settled  costwatch.Settled
	messages []outbox.Message
}

// knownAnomaly is what is on record.
type knownAnomaly struct {
	allocation.CostAnomaly
	changes int
	// found again now, or of another period.
	found bool
}

// read takes what is on record of the period, and of what was found where that began before it.
func (s *settlement) read(ctx context.Context, month period.Period, found []allocation.CostAnomaly) error {
	if _, err := s.tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", "anomalies/"+s.book+"/"+month.String()); err != nil {
		return err
	}
	list := make([]string, len(found))
	for i := range found {
		list[i] = found[i].AnomalyID
	}
	rows, err := s.tx.Query(ctx, `SELECT document, changes, day < $2 OR day >= $3 FROM anomalies
		WHERE book = $1 AND (day >= $2 AND day < $3 OR anomaly_id = ANY ($4)) ORDER BY anomaly_id FOR UPDATE`,
		s.book, month.Start(), month.End(), list)
	if err != nil {
		return err
	}
	s.order, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (*knownAnomaly, error) {
		known := &knownAnomaly{}
		var document []byte
		err := row.Scan(&document, &known.changes, &known.found)
		if err == nil {
			err = json.Unmarshal(document, &known.CostAnomaly)
		}
		return known, err
	})
	s.known = make(map[string]*knownAnomaly, len(s.order))
	for _, known := range s.order {
		s.known[known.AnomalyID] = known
	}
	return err
}

// stands records an anomaly that was found, and announces it unless that was done. One of another
// period, whose episode reaches into this one, stays as it is.
func (s *settlement) stands(ctx context.Context, one allocation.CostAnomaly) error {
	one.State = allocation.AnomalyStanding
	known := s.known[one.AnomalyID]
	switch {
	case known == nil:
		s.settled.New++
		return s.put(ctx, one, 0, true)
	case known.found:
		return nil
	}
	known.found = true
	if known.State == allocation.AnomalyWithdrawn {
		s.settled.Again++
		return s.put(ctx, one, known.changes+1, true)
	}
	one.DetectedAt = known.DetectedAt
	return s.put(ctx, one, known.changes, false)
}

// withdraw withdraws what was not found again.
func (s *settlement) withdraw(ctx context.Context) error {
	for _, known := range s.order {
		if known.found || known.State == allocation.AnomalyWithdrawn {
			continue
		}
		known.State, known.WithdrawnAt = allocation.AnomalyWithdrawn, time.Now().UTC()
		if err := s.put(ctx, known.CostAnomaly, known.changes+1, true); err != nil {
			return err
		}
		s.settled.Withdrawn++
	}
	return nil
}

// put stores an anomaly in its state, with the message that tells of it.
func (s *settlement) put(ctx context.Context, one allocation.CostAnomaly, changes int, tell bool) error {
	document, err := json.Marshal(one)
	if err != nil {
		return fmt.Errorf("encoding anomaly %s: %w", one.AnomalyID, err)
	}
	_, err = s.tx.Exec(ctx, `INSERT INTO anomalies (book, anomaly_id, tenant_id, day, impact, document, detected_at, state, changes)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (book, anomaly_id) DO UPDATE
		SET (day, impact, document, state, changes) = (excluded.day, excluded.impact, excluded.document, excluded.state, excluded.changes)`,
		s.book, one.AnomalyID, one.TenantID, one.PeriodStart.UTC(), number(one.Impact), document, one.DetectedAt, string(one.State), changes)
	if err != nil || !tell {
		return err
	}
	message, err := s.announce(one, changes)
	s.messages = append(s.messages, message)
	return err
}
