package postgres

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// SecretTraces is the driftwatch.SecretMemory in PostgreSQL. It is safe for concurrent use.
type SecretTraces struct{ db DB }

var _ driftwatch.SecretMemory = (*SecretTraces)(nil)

// NewSecretTraces returns the store on a pool.
func NewSecretTraces(db DB) *SecretTraces { return &SecretTraces{db: db} }

// Traces implements driftwatch.SecretMemory.
func (s *SecretTraces) Traces(ctx context.Context, tenantID string, since time.Time) ([]driftwatch.SeenTrace, error) {
	rows, err := s.db.Query(ctx, "SELECT tag, hint, length, seen_on FROM secret_traces WHERE tenant_id = $1 AND seen_on >= $2::date", tenantID, since)
	if err != nil {
		return nil, explain(err, "reading what was secret of tenant %s", tenantID)
	}
	var traces []driftwatch.SeenTrace
	var tag []byte
	var one driftwatch.SeenTrace
	_, err = pgx.ForEachRow(rows, []any{&tag, &one.Hint, &one.Length, &one.SeenAt}, func() error {
		if copy(one.Tag[:], tag) != len(one.Tag) {
			return fault.New(fault.Tampered, "a trace of a secret of tenant %s has %d bytes", tenantID, len(tag))
		}
		traces = append(traces, one)
		return nil
	})
	return traces, explain(err, "reading what was secret of tenant %s", tenantID)
}

// tracesAtOnce bounds the arrays of one statement.
const tracesAtOnce = 10_000

// See implements driftwatch.SecretMemory. Traces are written in one order, so that writers of the same wait
// for each other.
func (s *SecretTraces) See(ctx context.Context, tenantID string, traces []secrecy.Trace, now time.Time) error {
	traces = slices.Clone(traces)
	slices.SortFunc(traces, func(a, b secrecy.Trace) int { return bytes.Compare(a.Tag[:], b.Tag[:]) })
	traces = slices.CompactFunc(traces, func(a, b secrecy.Trace) bool { return a.Tag == b.Tag })
	err := pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		for some := range slices.Chunk(traces, tracesAtOnce) {
			if err := seeSome(ctx, tx, tenantID, some, now); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM secret_traces WHERE (tenant_id, tag) IN (
				SELECT tenant_id, tag FROM secret_traces WHERE seen_on < $1::date LIMIT $2 FOR UPDATE SKIP LOCKED)`,
			now.Add(-driftwatch.TracesKept), tracesAtOnce); err != nil || len(traces) == 0 {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM secret_traces WHERE tenant_id = $1 AND tag IN (
				SELECT tag FROM secret_traces WHERE tenant_id = $1 ORDER BY seen_on DESC, tag OFFSET $2)`,
			tenantID, driftwatch.MostTraces)
		return err
	})
	return explain(err, "noting what is secret of tenant %s", tenantID)
}

func seeSome(ctx context.Context, tx pgx.Tx, tenantID string, traces []secrecy.Trace, now time.Time) error {
	tags, hints, lengths := make([][]byte, len(traces)), make([]int32, len(traces)), make([]int32, len(traces))
	for i, trace := range traces {
		tags[i], hints[i], lengths[i] = trace.Tag[:], int32(trace.Hint), int32(trace.Length)
	}
	_, err := tx.Exec(ctx, `INSERT INTO secret_traces AS k (tenant_id, tag, hint, length, seen_on)
		SELECT $1, tag, hint, length, $5::date FROM unnest($2::bytea[], $3::int[], $4::int[]) AS new (tag, hint, length)
		ON CONFLICT (tenant_id, tag) DO UPDATE SET seen_on = excluded.seen_on WHERE k.seen_on < excluded.seen_on`,
		tenantID, tags, hints, lengths, now)
	return err
}
