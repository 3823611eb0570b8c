package postgres

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// VerifyDriftHistories walks the register and the chain of every tenant as they were at one instant, calls
// back with each head in byte order of the tenants, and returns the register. The first entry that was
// edited, dropped or moved, or tenant that was removed, is named in a Tampered error. With noted, the hash
// of a register that an earlier walk returned, it is also a Tampered error when the register no longer
// holds it.
func VerifyDriftHistories(ctx context.Context, pool *pgxpool.Pool, noted string, each func(drifthistory.Head) error) (register drifthistory.Register, err error) {
	err = atOneInstant(ctx, pool, func(tx pgx.Tx) error {
		found := noted == ""
		register, err = drifthistory.VerifyRegister(func(yield func(drifthistory.Noted, error) bool) {
			for entry, err := range historyRegister(ctx, tx) {
				found = found || entry.Hash == noted
				if !yield(entry, err) {
					return
				}
			}
		})
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.Tampered, "the register of drift histories was rewritten: it no longer holds the head %.64s", noted)
		}
		tenants, err := historyTenants(ctx, tx, register)
		if err != nil {
			return err
		}
		for _, tenant := range tenants {
			head, err := verifyHistory(ctx, tx, register, tenant, "")
			if err == nil {
				err = each(head)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return register, explain(err, "verifying the drift histories")
}

// VerifyDriftHistory walks the register and the chain of one tenant, and returns its head; see
// VerifyDriftHistories. With noted, the hash of a head that an earlier walk returned, it is also a Tampered
// error when the chain no longer holds it. A tenant that nothing was ever noted of is a NotFound error.
func VerifyDriftHistory(ctx context.Context, pool *pgxpool.Pool, tenantID, noted string) (head drifthistory.Head, err error) {
	err = atOneInstant(ctx, pool, func(tx pgx.Tx) error {
		register, err := drifthistory.VerifyRegister(historyRegister(ctx, tx))
		if err != nil {
			return err
		}
		tenants, err := historyTenants(ctx, tx, register)
		if err != nil {
			return err
		}
		// A mistyped tenant must not look verified.
		if !slices.Contains(tenants, tenantID) {
			return fault.New(fault.NotFound, "there is no drift history of tenant %.128s", tenantID)
		}
		head, err = verifyHistory(ctx, tx, register, tenantID, noted)
		return err
	})
	return head, explain(err, "verifying the drift history of tenant %s", tenantID)
}

// atOneInstant reads in a snapshot: an entry that is appended between two reads would look like tampering.
func atOneInstant(ctx context.Context, pool *pgxpool.Pool, read func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, read)
}

// historyTenants lists the tenants that the register, the heads or the entries know, in byte order.
func historyTenants(ctx context.Context, tx pgx.Tx, register drifthistory.Register) ([]string, error) {
	rows, err := tx.Query(ctx, "SELECT tenant_id FROM drift_history_heads UNION SELECT tenant_id FROM drift_history")
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	ids = slices.AppendSeq(ids, maps.Keys(register.Heads))
	slices.Sort(ids)
	return slices.Compact(ids), err
}

func verifyHistory(ctx context.Context, tx pgx.Tx, register drifthistory.Register, tenantID, noted string) (drifthistory.Head, error) {
	head := drifthistory.Head{TenantID: tenantID}
	err := tx.QueryRow(ctx, "SELECT entries, hash FROM drift_history_heads WHERE tenant_id = $1", tenantID).Scan(&head.Entries, &head.Hash)
	if err != nil && !noRow(err) {
		return head, err
	}
	found := noted == ""
	err = drifthistory.Verify(head, func(yield func(drifthistory.Linked, error) bool) {
		for entry, err := range historyChain(ctx, tx, tenantID) {
			found = found || entry.Hash == noted
			if !yield(entry, err) {
				return
			}
		}
	})
	if err == nil {
		err = register.Confirm(head)
	}
	if err == nil && !found {
		err = fault.New(fault.Tampered, "the drift history of tenant %s was rewritten: it no longer holds the head %.64s", tenantID, noted)
	}
	return head, err
}

// historyChain yields the entries of a tenant by index.
func historyChain(ctx context.Context, tx pgx.Tx, tenantID string) iter.Seq2[drifthistory.Linked, error] {
	return byPage(func(last int64) ([]drifthistory.Linked, int64, error) {
		rows, err := tx.Query(ctx, `SELECT `+historyColumns+` FROM drift_history
			WHERE tenant_id = $1 AND chain_index > $2 ORDER BY chain_index LIMIT $3`, tenantID, last, historyPage)
		if err != nil {
			return nil, 0, err
		}
		page, err := pgx.CollectRows(rows, scanHistory)
		if len(page) > 0 {
			last = page[len(page)-1].Index
		}
		return page, last, err
	})
}

// historyRegister yields the entries of the register by number.
func historyRegister(ctx context.Context, tx pgx.Tx) iter.Seq2[drifthistory.Noted, error] {
	return byPage(func(last int64) ([]drifthistory.Noted, int64, error) {
		rows, err := tx.Query(ctx, `SELECT entry_no, tenant_id, entries, head, at, previous_hash, hash FROM drift_history_register
			WHERE entry_no > $1 ORDER BY entry_no LIMIT $2`, last, historyPage)
		if err != nil {
			return nil, 0, err
		}
		page, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (noted drifthistory.Noted, err error) {
			err = row.Scan(&noted.Index, &noted.Head.TenantID, &noted.Head.Entries, &noted.Head.Hash,
				scannedInstant{&noted.At}, &noted.PreviousHash, &noted.Hash)
			return noted, err
		})
		if len(page) > 0 {
			last = page[len(page)-1].Index
		}
		return page, last, err
	})
}

// byPage yields what pages hold, from below every index on, until one is not full. Errors end the
// sequence.
func byPage[T any](read func(last int64) (page []T, next int64, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for last := int64(-1); ; {
			page, next, err := read(last)
			if err != nil {
				yield(*new(T), explain(err, "reading the drift history"))
				return
			}
			for _, entry := range page {
				if !yield(entry, nil) {
					return
				}
			}
			if last = next; len(page) < historyPage {
				return
			}
		}
	}
}
