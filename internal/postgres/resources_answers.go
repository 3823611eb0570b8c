package postgres

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// writesKept is how long the answers of a resource's writes are repeated; the next write to it removes
// older ones.
const writesKept = "30 days"

// writeDigests stand for a write's idempotency key and for the request made under it. The key itself is
// not kept: it seals the answer, which holds a configuration.
func writeDigests(write infra.Write) (key, request string) {
	digest := sha256.Sum256([]byte("resource write\n" + write.Key))
	mac := hmac.New(sha256.New, []byte(write.Key))
	mac.Write([]byte(write.RequestHash))
	return hex.EncodeToString(digest[:]), hex.EncodeToString(mac.Sum(nil))
}

func answerSeal(write infra.Write) seal {
	return newSeal([]byte(write.Key), "answer to a resource write")
}

// claimWrite takes the idempotency key for this transaction, or returns what was answered under it. A
// transaction that holds the key is waited for.
func claimWrite(ctx context.Context, tx pgx.Tx, id string, write infra.Write) (*infra.Resource, error) {
	if write.Key == "" {
		return nil, nil
	}
	key, request := writeDigests(write)
	tag, err := tx.Exec(ctx, `INSERT INTO resource_writes (key_digest, resource_id, request_hash) VALUES ($1, $2, $3)
		ON CONFLICT (key_digest) DO NOTHING`, key, id, request)
	if err != nil || tag.RowsAffected() == 1 {
		return nil, err
	}
	var resourceID, hash string
	var sealed []byte
	if err := tx.QueryRow(ctx, "SELECT resource_id, request_hash, answer FROM resource_writes WHERE key_digest = $1", key).
		Scan(&resourceID, &hash, &sealed); err != nil {
		return nil, err
	}
	if resourceID != id || hash != request {
		return nil, fault.New(fault.IdempotencyMismatch, "idempotency key %.80q was used for another write; use a new key for new content", write.Key)
	}
	text, err := answerSeal(write).open(sealed, id)
	if err != nil {
		return nil, err
	}
	var answered infra.Resource
	if err := json.Unmarshal(text, &answered); err != nil {
		return nil, fmt.Errorf("reading the answer under a key: %w", err)
	}
	return &answered, nil
}

func answerWrite(ctx context.Context, tx pgx.Tx, write infra.Write, written infra.Resource) error {
	if write.Key == "" {
		return nil
	}
	text, err := json.Marshal(written)
	if err != nil {
		return fmt.Errorf("keeping the answer: %w", err)
	}
	key, _ := writeDigests(write)
	if _, err := tx.Exec(ctx, "UPDATE resource_writes SET answer = $2 WHERE key_digest = $1", key, answerSeal(write).close(text, written.ID)); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "DELETE FROM resource_writes WHERE resource_id = $1 AND written_at < now() - interval '"+writesKept+"'", written.ID)
	return err
}
