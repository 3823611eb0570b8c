package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

const (
	// SecretFileName is the name of the secret's file in the keys folder.
	SecretFileName = "webhook-secret"
	// secretSize is the size of a new secret in bytes.
	secretSize = 32
	// version starts every signature, so that another scheme can stand beside it later.
	version = "v1="
)

// Sign returns the signature of a body sent at a time: HMAC-SHA256 over the Unix seconds in decimal,
// a full stop and the body. A receiver that refuses old times refuses replays.
func Sign(secret []byte, unixSeconds int64, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(strconv.AppendInt(nil, unixSeconds, 10))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return version + hex.EncodeToString(mac.Sum(nil))
}

// Verify checks the headers of a delivery, for receivers written in Go. It returns an
// Unauthenticated error for a signature that does not match or a time further than tolerance from
// now.
func Verify(secret []byte, timestamp, signature string, body []byte, now time.Time, tolerance time.Duration) error {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return fault.New(fault.Unauthenticated, "the timestamp %.32q is not a number of seconds", timestamp)
	}
	if !hmac.Equal([]byte(signature), []byte(Sign(secret, seconds, body))) {
		return fault.New(fault.Unauthenticated, "the signature does not match the body")
	}
	if age := now.Sub(time.Unix(seconds, 0)).Abs(); age > tolerance {
		return fault.New(fault.Unauthenticated, "the delivery was signed %s from now; at most %s is accepted", age, tolerance)
	}
	return nil
}

// CreateSecret makes a secret in the keys folder where there is none. Processes that do so at once
// agree on one.
func CreateSecret(folder string) error {
	path := filepath.Join(folder, SecretFileName)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := createSecret(folder, path); err != nil {
		return fmt.Errorf("webhook secret: %w", err)
	}
	return nil
}

// OpenSecret reads the secret in the keys folder, in hexadecimal, and writes nothing: no receiver
// knows a secret made by mistake. A missing file is an fs.ErrNotExist.
func OpenSecret(folder string) ([]byte, error) {
	path := filepath.Join(folder, SecretFileName)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("webhook secret: %w", err)
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) < secretSize {
		return nil, fault.New(fault.InvalidInput, "%s does not hold at least %d bytes in hexadecimal", path, secretSize)
	}
	return secret, nil
}

// createSecret makes the file whole before it gets its name, and never replaces one.
func createSecret(folder, path string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret) // never fails, see crypto/rand
	file, err := os.CreateTemp(folder, SecretFileName+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.WriteString(hex.EncodeToString(secret) + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
