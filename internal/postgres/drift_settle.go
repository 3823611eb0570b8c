package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
)

// reportsKept is how long the reports of scans are kept; what they showed first stays in the history.
const reportsKept = 30 * 24 * time.Hour

// Settle implements driftwatch.Store.
func (d *Drifts) Settle(ctx context.Context, ref driftwatch.ScanRef, doubt string, now time.Time) (scan driftwatch.Scan, err error) {
	err = pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		history, err := lockHistory(ctx, tx, ref.TenantID)
		if err != nil {
			return err
		}
		scan, err = scanOf(tx.QueryRow(ctx, `SELECT `+scanColumns+` FROM drift_scans
			WHERE scan_id = $1 AND tenant_id = $2 FOR UPDATE`, ref.ScanID, ref.TenantID))
		if noRow(err) {
			return noScan(ref.ScanID)
		}
		if err != nil || scan.State != driftwatch.ScanRunning {
			return err
		}
		settling := &settling{tx: tx, scan: &scan, history: history, doubt: doubt, now: now}
		return settling.run(ctx)
	})
	return scan, explain(err, "settling drift scan %s", ref.ScanID)
}

// settling is the end of one scan while its transaction is open.
type settling struct {
	tx      pgx.Tx
	scan    *driftwatch.Scan
	history *historyWriter
	doubt   string
	now     time.Time
}

func (s *settling) run(ctx context.Context) error {
	if err := s.takeOver(ctx); err != nil {
		return err
	}
	if err := s.tellNews(ctx); err != nil {
		return err
	}
	s.scan.State = driftwatch.ScanPartial
	if s.doubt == "" {
		s.scan.State = driftwatch.ScanComplete
		if err := s.resolve(ctx); err != nil {
			return err
		}
	}
	s.scan.Reason, s.scan.CompletedAt = s.doubt, s.now
	if err := s.summarize(ctx); err != nil {
		return err
	}
	_, err := s.tx.Exec(ctx, "DELETE FROM drift_findings WHERE scan_id IN (SELECT scan_id FROM drift_scans WHERE tenant_id = $1 AND completed_at < $2)",
		s.scan.TenantID, s.now.Add(-reportsKept))
	return err
}

// takeOver brings what is known of each found difference up to date. It is news where it was not known
// or resolved, has other values, or its quiet time is over. What a scan that did not see everything
// takes for missing is no news: a missing resource is told from an unread one only by the whole.
func (s *settling) takeOver(ctx context.Context) error {
	_, err := s.tx.Exec(ctx, `INSERT INTO drifts AS k (drift_id, tenant_id, resource_id, resource_type, cause_id, fingerprint,
			config_path, drift_type, severity, opens, state, baseline, document, since, seen_in, news_in, news)
		SELECT DISTINCT ON (drift_id) drift_id, $2, resource_id, resource_type, cause_id, fingerprint, config_path, drift_type,
			severity, opens, 'open', $3, document, $4, $1, $1, 'drift_detected'
		FROM drift_findings WHERE scan_id = $1 AND ($5 = '' OR drift_type <> 'resource_missing')
		ORDER BY drift_id
		ON CONFLICT (drift_id) DO UPDATE SET
			cause_id = excluded.cause_id, fingerprint = excluded.fingerprint, severity = excluded.severity,
			resource_type = excluded.resource_type, opens = excluded.opens, seen_in = excluded.seen_in,
			document = CASE WHEN k.fingerprint = excluded.fingerprint AND k.state <> 'resolved' THEN k.document ELSE excluded.document END,
			since = CASE WHEN k.state = 'resolved' THEN excluded.since ELSE k.since END,
			baseline = k.baseline AND k.fingerprint = excluded.fingerprint AND k.state <> 'resolved',
			state = CASE WHEN k.state = 'resolved' OR k.fingerprint <> excluded.fingerprint OR k.quiet_until <= $4 THEN 'open' ELSE k.state END,
			stance = CASE WHEN k.state = 'resolved' OR k.fingerprint <> excluded.fingerprint OR k.quiet_until <= $4 THEN NULL ELSE k.stance END,
			quiet_until = CASE WHEN k.state = 'resolved' OR k.fingerprint <> excluded.fingerprint OR k.quiet_until <= $4 THEN NULL ELSE k.quiet_until END,
			news = CASE WHEN k.state = 'resolved' OR k.quiet_until <= $4 THEN 'drift_reopened'
				WHEN k.fingerprint <> excluded.fingerprint THEN 'drift_changed' ELSE k.news END,
			news_in = CASE WHEN k.state = 'resolved' OR k.quiet_until <= $4 OR k.fingerprint <> excluded.fingerprint
				THEN excluded.news_in ELSE k.news_in END`,
		s.scan.ScanID, s.scan.TenantID, s.scan.First, s.now, s.doubt)
	return err
}

// tellNews appends what is news to the history and escalates what of it touches security, page by page
// of whole resources.
func (s *settling) tellNews(ctx context.Context) error {
	last := driftwatch.FindingPosition{}
	var pending []drift.Record
	for {
		rows, err := s.tx.Query(ctx, `SELECT document::text, news FROM drifts
			WHERE news_in = $1 AND (resource_id, drift_id) > ($2, $3) ORDER BY resource_id, drift_id LIMIT $4`,
			s.scan.ScanID, last.ResourceID, last.DriftID, historyPage)
		if err != nil {
			return err
		}
		var entries []drifthistory.Entry
		page, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (drift.Record, error) {
			var document, news string
			if err := row.Scan(&document, &news); err != nil {
				return drift.Record{}, err
			}
			var record drift.Record
			err := json.Unmarshal([]byte(document), &record)
			entries = append(entries, s.entry(drifthistory.Kind(news), record, document))
			return record, err
		})
		if err != nil {
			return err
		}
		if err := s.history.append(ctx, entries...); err != nil {
			return err
		}
		s.scan.News += int64(len(page))
		pending = append(pending, page...)
		whole := len(pending)
		if len(page) == historyPage {
			last = driftwatch.FindingPosition{ResourceID: page[len(page)-1].ResourceID, DriftID: page[len(page)-1].ID}
			for whole > 0 && pending[whole-1].ResourceID == last.ResourceID {
				whole--
			}
		}
		if err := s.escalate(ctx, pending[:whole]); err != nil {
			return err
		}
		if len(page) < historyPage {
			return nil
		}
		pending = append([]drift.Record(nil), pending[whole:]...)
	}
}

func (s *settling) entry(kind drifthistory.Kind, record drift.Record, document string) drifthistory.Entry {
	return drifthistory.Entry{
		TenantID: s.scan.TenantID, ResourceID: record.ResourceID, ResourceType: record.ResourceType, Kind: kind,
		At: s.now, Reference: s.scan.ScanID, Document: []byte(document),
	}
}

// escalate puts what touches security into the outbox. The first scan of a tenant alerts nobody.
func (s *settling) escalate(ctx context.Context, records []drift.Record) error {
	if s.scan.First {
		return nil
	}
	messages, err := driftwatch.Escalations(s.scan.ScanRef, records, s.scan.CorrelationID)
	if err != nil {
		return err
	}
	return addMessages(ctx, s.tx, messages)
}

// resolve closes what the scan looked for and did not find any more.
func (s *settling) resolve(ctx context.Context) error {
	rows, err := s.tx.Query(ctx, `UPDATE drifts SET state = 'resolved', stance = NULL, quiet_until = NULL
		WHERE tenant_id = $1 AND state <> 'resolved' AND seen_in <> $2 AND (cardinality($3::text[]) = 0 OR resource_type = ANY ($3))
		RETURNING resource_id, resource_type, document::text`, s.scan.TenantID, s.scan.ScanID, s.scan.Types)
	if err != nil {
		return err
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (drifthistory.Entry, error) {
		var record drift.Record
		var document string
		err := row.Scan(&record.ResourceID, &record.ResourceType, &document)
		return s.entry(drifthistory.Resolved, record, document), err
	})
	if err != nil {
		return err
	}
	s.scan.Resolved = int64(len(entries))
	return s.history.append(ctx, entries...)
}

// summarize counts what was found and writes the scan's row.
func (s *settling) summarize(ctx context.Context) error {
	rows, err := s.tx.Query(ctx, "SELECT severity, count(*) FROM drift_findings WHERE scan_id = $1 GROUP BY severity", s.scan.ScanID)
	if err != nil {
		return err
	}
	var severity drift.Severity
	var count int64
	if _, err := pgx.ForEachRow(rows, []any{&severity, &count}, func() error {
		s.scan.Summary[severity] = count
		return nil
	}); err != nil {
		return err
	}
	summary, err := json.Marshal(s.scan.Summary)
	if err != nil {
		return err
	}
	_, err = s.tx.Exec(ctx, `UPDATE drift_scans SET state = $2, reason = $3, completed_at = $4, summary = $5, news = $6,
		resolved = $7, updated_at = now() WHERE scan_id = $1`,
		s.scan.ScanID, string(s.scan.State), s.scan.Reason, s.now, summary, s.scan.News, s.scan.Resolved)
	return err
}
