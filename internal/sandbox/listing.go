package sandbox

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

// The page sizes of every list. The largest is beyond what clients ask for, and keeps one request from
// holding the whole of a month in memory.
const (
	defaultLimit = 100
	maxLimit     = 10_000
)

// query is what a list request asks for.
type query struct {
	listing string
	// scope is the period of listings that have one, else empty.
	scope    string
	tenantID string
	types    []string
	// after is the number of the row that the page begins after.
	after int64
	limit int
}

// list serves a listing, named member in its pages. byPeriod demands the query parameter period.
func (s *Sandbox) list(listing, member string, byPeriod bool) http.Handler {
	return s.handle(func(w http.ResponseWriter, r *http.Request) error {
		values := r.URL.Query()
		q := query{listing: listing, tenantID: values.Get("tenant_id"), types: values["type"]}
		var err error
		if q.after, q.limit, err = pageOf(values); err != nil {
			return err
		}
		if byPeriod {
			month, err := period.Parse(values.Get("period"))
			if err != nil {
				return err
			}
			q.scope = month.String()
		}
		page, err := s.page(r.Context(), q, member)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(page.Len()))
		_, _ = w.Write(page.Bytes()) // a client that left is not told
		return nil
	})
}

// matching selects the rows of a list request, before paging.
const matching = ` FROM sandbox.listings
	WHERE listing = $1 AND scope = $2 AND ($3 = '' OR tenant_id = $3)
	AND (cardinality($4::text[]) = 0 OR resource_type = ANY ($4))`

// page writes a page by putting stored documents beside each other.
func (s *Sandbox) page(ctx context.Context, q query, member string) (*bytes.Buffer, error) {
	types := q.types
	if types == nil {
		types = []string{}
	}
	var total int64
	if err := s.pool.QueryRow(ctx, "SELECT count(*)"+matching, q.listing, q.scope, q.tenantID, types).Scan(&total); err != nil {
		return nil, fmt.Errorf("counting %s: %w", q.listing, err)
	}
	// One row more than asked for tells whether there is a next page.
	rows, err := s.pool.Query(ctx, "SELECT row_no, document"+matching+" AND row_no > $5 ORDER BY row_no LIMIT $6",
		q.listing, q.scope, q.tenantID, types, q.after, q.limit+1)
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", q.listing, err)
	}
	page := &bytes.Buffer{}
	fmt.Fprintf(page, `{"%s":[`, member)
	var row, last int64
	var document []byte
	count := 0
	_, err = pgx.ForEachRow(rows, []any{&row, (*rawDocument)(&document)}, func() error {
		if count++; count > q.limit {
			return nil
		}
		if count > 1 {
			page.WriteByte(',')
		}
		page.Write(document)
		last = row
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", q.listing, err)
	}
	page.WriteByte(']')
	if count > q.limit {
		fmt.Fprintf(page, `,"next_cursor":%q`, cursorAfter(last))
	}
	fmt.Fprintf(page, `,"total":%d}`, total)
	page.WriteByte('\n')
	return page, nil
}

// rawDocument receives a json column as it is on the wire, without a copy; it is valid until the next row.
type rawDocument []byte

// ScanBytes implements pgtype.BytesScanner.
func (d *rawDocument) ScanBytes(text []byte) error {
	*d = text
	return nil
}

// pageOf reads the query parameters cursor and limit.
func pageOf(values url.Values) (after int64, limit int, err error) {
	if limit, err = limitOf(values); err != nil {
		return 0, 0, err
	}
	cursor := values.Get("cursor")
	if cursor == "" {
		return 0, limit, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		after, err = strconv.ParseInt(string(text), 10, 64)
	}
	if err != nil || after < 1 {
		return 0, 0, fault.Invalid("cursor", "cursor %.40q was not given out by this list", cursor)
	}
	return after, limit, nil
}

// limitOf reads the query parameter limit.
func limitOf(values url.Values) (int, error) {
	text := values.Get("limit")
	if text == "" {
		return defaultLimit, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > maxLimit {
		return 0, fault.Invalid("limit", "limit %.40q is not a number from 1 to %d", text, maxLimit)
	}
	return limit, nil
}

// cursorAfter names the place after a row. Callers must not read anything into it.
func cursorAfter(row int64) string {
	return base64.RawURLEncoding.EncodeToString(strconv.AppendInt(nil, row, 10))
}
