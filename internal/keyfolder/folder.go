// Package keyfolder keeps keys in a folder, one document a file, readable by its owner alone.
package keyfolder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/keystore"
)

// publicSuffix is how the names of public keys end, which others may read.
const publicSuffix = ".pub"

// Folder is a keystore.Store in files of mode 0600.
type Folder struct{ path string }

var _ keystore.Store = Folder{}

// At returns the store in a folder, which Create makes where it is missing.
func At(path string) Folder { return Folder{path: path} }

// Place returns the path of a file.
func (f Folder) Place(name string) string { return filepath.Join(f.path, name) }

// Names lists the files; a missing folder has none.
func (f Folder) Names(context.Context) ([]string, error) {
	entries, err := os.ReadDir(f.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listing keys: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// Read returns the content of a file. One that is not private is an InvalidInput error unless it is a
// public key.
func (f Folder) Read(_ context.Context, name string) ([]byte, error) {
	info, err := os.Stat(f.Place(name))
	if err != nil {
		return nil, fmt.Errorf("reading a key: %w", err)
	}
	if !private(info) && !strings.HasSuffix(name, publicSuffix) {
		return nil, fault.New(fault.InvalidInput, "%s can be read by others (mode %04o); run chmod 600 on it", f.Place(name), info.Mode().Perm())
	}
	content, err := os.ReadFile(f.Place(name))
	if err != nil {
		return nil, fmt.Errorf("reading a key: %w", err)
	}
	return content, nil
}

// private says whether a file is for its owner's eyes alone or, as PostgreSQL allows for its keys too, root's
// and for those of one group: so Kubernetes mounts a Secret for processes that are not root.
func private(info fs.FileInfo) bool {
	others := info.Mode().Perm() & 0o077
	owned, known := info.Sys().(*syscall.Stat_t)
	return others == 0 || others == 0o040 && known && owned.Uid == 0
}

// Create makes a file whole or not at all: a link fails where a rename would overwrite what another
// process made in the meantime.
func (f Folder) Create(_ context.Context, name string, content []byte) error {
	draft, err := f.draft(name, content)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft) }()
	if err := os.Link(draft, f.Place(name)); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("making a key: %w", err)
	}
	return nil
}

// Replace puts a file in the place of one that was read. Two that do so within the same instant are not
// kept apart, as no file system of every machine could.
func (f Folder) Replace(ctx context.Context, name string, read, content []byte) error {
	held, err := f.Read(ctx, name)
	if err != nil {
		return err
	}
	if !bytes.Equal(held, read) {
		return fault.New(fault.Conflict, "%s was changed by another process; look at it and try again", f.Place(name))
	}
	draft, err := f.draft(name, content)
	if err != nil {
		return err
	}
	if err := os.Rename(draft, f.Place(name)); err != nil {
		return errors.Join(fmt.Errorf("replacing a key: %w", err), os.Remove(draft))
	}
	return nil
}

// draft writes a file whose name begins with a dot, of mode 0600 as all that CreateTemp makes.
func (f Folder) draft(name string, content []byte) (path string, err error) {
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return "", fmt.Errorf("making the folder of keys: %w", err)
	}
	file, err := os.CreateTemp(f.path, "."+name+".*")
	if err != nil {
		return "", fmt.Errorf("making a key: %w", err)
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("writing key file %s: %w", f.Place(name), err), os.Remove(file.Name()))
	}
	return file.Name(), nil
}
