// Package secretfile keeps random secrets in the keys folder, one a file, in hexadecimal and readable by
// their owner alone.
package secretfile

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// size is the size of a new secret, and the least that one may have, in bytes.
const size = 32

// Create makes a secret of a name in a folder where there is none. Processes that do so at once agree on
// one.
func Create(folder, name string) error {
	path := filepath.Join(folder, name)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := create(folder, path); err != nil {
		return fmt.Errorf("making %s: %w", path, err)
	}
	return nil
}

// Open reads the secret of a name in a folder and writes nothing: nobody else knows a secret made by
// mistake. A missing file is an fs.ErrNotExist, one of fewer than 32 bytes an InvalidInput error.
func Open(folder, name string) ([]byte, error) {
	path := filepath.Join(folder, name)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading a secret: %w", err)
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) < size {
		return nil, fault.New(fault.InvalidInput, "%s does not hold at least %d bytes in hexadecimal", path, size)
	}
	return secret, nil
}

// create makes the file whole before it gets its name, and never replaces one.
func create(folder, path string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	secret := make([]byte, size)
	_, _ = rand.Read(secret) // never fails, see crypto/rand
	file, err := os.CreateTemp(folder, filepath.Base(path)+".*")
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
