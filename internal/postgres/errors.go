package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// The codes that the schema's own triggers raise.
const (
	codeImmutable  = "OC001"
	codeUnbalanced = "OC002"
	// PostgreSQL's own, for violated exclusion and unique constraints.
	codeExclusion = "23P01"
	// codeNoTable and codeNoColumn are those of a schema that was not migrated.
	codeNoTable  = "42P01"
	codeNoColumn = "42703"
	codeUnique   = "23505"
)

// explain gives an error of the database a code and says what was being done; every exported method
// of a store returns its errors through it. Errors that have a code already pass through, because
// whoever gave it knew more; nil stays nil.
func explain(err error, format string, arguments ...any) error {
	if err == nil {
		return nil
	}
	var coded *fault.Error
	if errors.As(err, &coded) {
		return err
	}
	doing := fmt.Sprintf(format, arguments...)
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &refused) && refused.Code == codeImmutable:
		return fault.Wrap(err, fault.Tampered, "%s is refused: %s", doing, refused.Message)
	case errors.As(err, &refused) && refused.Code == codeUnbalanced:
		return fault.Wrap(err, fault.NotBalanced, "%s is refused: %s", doing, refused.Message)
	// The caller stopped it and knows why; a code would hide that.
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %w", doing, err)
	case errors.As(err, &refused) && (refused.Code == codeNoTable || refused.Code == codeNoColumn):
		return fault.Wrap(err, fault.Conflict, "%s: the database's schema is missing or older than this program; run omnicloud migrate", doing)
	case passing(err, refused):
		return fault.Wrap(err, fault.Unavailable, "%s: the database is not available just now", doing)
	default:
		return fmt.Errorf("%s: %w", doing, err)
	}
}

// passing reports whether trying again can help: lost connections, a server that starts, stops or
// is full, deadlocks, serialization failures and locks that were not given in time.
func passing(err error, refused *pgconn.PgError) bool {
	if refused == nil {
		var connecting *pgconn.ConnectError
		return errors.As(err, &connecting) || pgconn.SafeToRetry(err) || lost(err)
	}
	for _, class := range []string{"08", "40", "53", "57", "55P03"} {
		if strings.HasPrefix(refused.Code, class) {
			return true
		}
	}
	return false
}

// lost recognises a connection that broke under a statement; pgx has no type for it.
func lost(err error) bool {
	text := err.Error()
	for _, sign := range []string{"unexpected EOF", "conn closed", "broken pipe", "connection reset", "use of closed network connection"} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}

// noRow reports whether a query that wanted one row found none.
func noRow(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
