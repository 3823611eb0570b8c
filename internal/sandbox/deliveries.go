package sandbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// maxDeliveryBytes holds a page of postings of every tenant there may be.
const (
	maxDeliveryBytes = 16 << 20
	maxKeyLength     = 255
)

// The kinds of deliveries, which are also the names of their documents in listings.
const (
	kindPosting    = "posting"
	kindEvent      = "event"
	kindEscalation = "escalation"

	kindRecommendation = "recommendation"
)

// receipt answers a delivery. It is the same however often the delivery is repeated.
type receipt struct {
	ID         int64     `json:"id"`
	ReceivedAt time.Time `json:"received_at"`
}

// receive takes a delivery of a kind under the idempotency key of its sender. D is the form of the
// document; check returns what is wrong with its content.
func receive[D any](s *Sandbox, kind string, check func(D) error) http.Handler {
	return s.handle(func(w http.ResponseWriter, r *http.Request) error {
		key, err := keyOf(r)
		if err != nil {
			return err
		}
		body, err := readBody(r.Body)
		if err != nil {
			return err
		}
		var document D
		if err := strict(body, &document); err != nil {
			return fault.Wrap(err, fault.InvalidInput, "the body is not a valid %s", kind)
		}
		if err := check(document); err != nil {
			return err
		}
		given, replayed, err := s.store(r.Context(), kind, key, body, header(r, "X-Correlation-ID"))
		if err != nil {
			return err
		}
		if replayed {
			w.Header().Set("Idempotency-Replayed", "true")
		}
		return writeJSON(w, http.StatusCreated, given)
	})
}

// keyOf returns the idempotency key of a request.
func keyOf(r *http.Request) (string, error) {
	key := r.Header.Get("Idempotency-Key")
	if key == "" || len(key) > maxKeyLength || !utf8.ValidString(key) {
		return "", fault.Invalid("Idempotency-Key", "the header Idempotency-Key must hold 1 to %d characters", maxKeyLength)
	}
	return key, nil
}

// header returns a header that is kept for people, whatever bytes somebody sent in it.
func header(r *http.Request, name string) string {
	return strings.ToValidUTF8(r.Header.Get(name), "�")
}

// readBody reads one byte beyond the limit, to tell a body that ends there from one that goes on.
func readBody(from io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(from, maxDeliveryBytes+1))
	if err != nil {
		return nil, fault.Wrap(err, fault.InvalidInput, "the body broke off")
	}
	if len(body) > maxDeliveryBytes {
		return nil, fault.New(fault.TooLarge, "the body is larger than %d bytes; send it in pages", maxDeliveryBytes)
	}
	return body, nil
}

// strict reads exactly one JSON document and refuses members that the form does not know, since a
// misspelt member that is dropped in silence is worse than one that is refused.
func strict(body []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the document")
	}
	return nil
}

// store keeps a delivery. The same key again with the same body gives the first receipt; with
// another body it is an IdempotencyMismatch error.
func (s *Sandbox) store(ctx context.Context, kind, key string, body []byte, correlationID string) (given receipt, replayed bool, err error) {
	hash := sha256.Sum256(body)
	err = s.pool.QueryRow(ctx, `
		INSERT INTO sandbox.deliveries (kind, idempotency_key, body_hash, document, correlation_id)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT (kind, idempotency_key) DO NOTHING
		RETURNING id, received_at`, kind, key, hash[:], body, correlationID).Scan(&given.ID, &given.ReceivedAt)
	if err == nil {
		return given, false, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return receipt{}, false, fmt.Errorf("storing a %s: %w", kind, err)
	}
	var present []byte
	if err := s.pool.QueryRow(ctx, `
		SELECT id, received_at, body_hash FROM sandbox.deliveries WHERE kind = $1 AND idempotency_key = $2`,
		kind, key).Scan(&given.ID, &given.ReceivedAt, &present); err != nil {
		return receipt{}, false, fmt.Errorf("finding the first %s of its key: %w", kind, err)
	}
	if !bytes.Equal(present, hash[:]) {
		return receipt{}, false, fault.New(fault.IdempotencyMismatch,
			"idempotency key %.80q was used for another %s; use a new key for new content", key, kind)
	}
	return given, true, nil
}

// delivery is a stored delivery as listings show it.
type delivery struct {
	ID             int64           `json:"id"`
	IdempotencyKey string          `json:"idempotency_key"`
	CorrelationID  string          `json:"correlation_id,omitempty"`
	ReceivedAt     time.Time       `json:"received_at"`
	Document       json.RawMessage `json:"document"`
}

// delivered selects deliveries of a kind ($1) whose documents have the members named in $2 at the
// values in $3.
const delivered = ` FROM sandbox.deliveries WHERE kind = $1 AND NOT EXISTS (
	SELECT FROM unnest($2::text[], $3::text[]) AS wanted (name, value)
	WHERE document->>wanted.name IS DISTINCT FROM wanted.value)`

// deliveries lists what was delivered, oldest first, narrowed by the query parameters named in
// filters, each of which is a member of the documents.
func (s *Sandbox) deliveries(kind, member string, filters ...string) http.Handler {
	return s.handle(func(w http.ResponseWriter, r *http.Request) error {
		values := r.URL.Query()
		after, limit, err := pageOf(values)
		if err != nil {
			return err
		}
		names, wanted := []string{}, []string{}
		for _, name := range filters {
			if value := values.Get(name); value != "" {
				names, wanted = append(names, name), append(wanted, value)
			}
		}
		var total int64
		if err := s.pool.QueryRow(r.Context(), "SELECT count(*)"+delivered, kind, names, wanted).Scan(&total); err != nil {
			return fmt.Errorf("counting %s: %w", member, err)
		}
		rows, err := s.pool.Query(r.Context(), "SELECT id, idempotency_key, correlation_id, received_at, document::text"+
			delivered+" AND id > $4 ORDER BY id LIMIT $5", kind, names, wanted, after, limit+1)
		if err != nil {
			return fmt.Errorf("listing %s: %w", member, err)
		}
		items, err := pgx.CollectRows(rows, scanDelivery)
		if err != nil {
			return fmt.Errorf("listing %s: %w", member, err)
		}
		page := map[string]any{"total": total}
		if len(items) > limit {
			items = items[:limit]
			page["next_cursor"] = cursorAfter(items[limit-1].ID)
		}
		page[member] = items
		return writeJSON(w, http.StatusOK, page)
	})
}

// scanDelivery reads the document as text, so that it is shown exactly as it was sent.
func scanDelivery(row pgx.CollectableRow) (delivery, error) {
	var d delivery
	var document string
	err := row.Scan(&d.ID, &d.IdempotencyKey, &d.CorrelationID, &d.ReceivedAt, &document)
	d.Document = json.RawMessage(document)
	return d, err
}
