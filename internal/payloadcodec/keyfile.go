package payloadcodec

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// KeyFileName is the name of the key ring's file in the keys folder.
const KeyFileName = "temporal-payload-keys.json"

// keyFile is the content of the file. Secrets are base64, as encoding/json writes bytes.
type keyFile struct {
	Current string            `json:"current"`
	Keys    map[string][]byte `json:"keys"`
}

// FileRing is a KeyRing in a file of mode 0600. Processes that share the file see each other's
// rotations: an id that is not known yet makes the ring read the file again.
type FileRing struct {
	path string

	mutex   sync.RWMutex
	current Key
	keys    map[string]Key
}

var _ KeyRing = (*FileRing)(nil)

// CreateFileRing opens the key ring in a folder and creates both where there is none. Several
// processes may do so at once: one file wins and all use it.
func CreateFileRing(folder string) (*FileRing, error) {
	path := filepath.Join(folder, KeyFileName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := create(folder, path); err != nil {
			return nil, err
		}
	}
	return OpenFileRing(folder)
}

// OpenFileRing opens the key ring in a folder and writes nothing: a ring made by mistake would
// encrypt what no other process can read. A missing file is an fs.ErrNotExist; a file that others
// than its owner can read is refused.
func OpenFileRing(folder string) (*FileRing, error) {
	ring := &FileRing{path: filepath.Join(folder, KeyFileName)}
	if err := ring.load(); err != nil {
		return nil, err
	}
	return ring, nil
}

// Current returns the key for new payloads.
func (r *FileRing) Current() (Key, error) {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	return r.current, nil
}

// Key returns the key of an id, from the file where it is new.
func (r *FileRing) Key(id string) (Key, error) {
	if key, known := r.lookup(id); known {
		return key, nil
	}
	if err := r.load(); err != nil {
		return Key{}, err
	}
	if key, known := r.lookup(id); known {
		return key, nil
	}
	return Key{}, fmt.Errorf("payload key %q is not in %s; restore the file that it was made with", id, r.path)
}

// Rotate adds a new key and makes it the current one; older keys stay for what they encrypted.
func (r *FileRing) Rotate() error {
	content, err := read(r.path)
	if err != nil {
		return err
	}
	id, secret := generate()
	content.Current, content.Keys[id] = id, secret
	temporary, err := write(filepath.Dir(r.path), content)
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, r.path); err != nil {
		return errors.Join(fmt.Errorf("key file %s: %w", r.path, err), os.Remove(temporary))
	}
	return r.load()
}

func (r *FileRing) lookup(id string) (Key, bool) {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	key, known := r.keys[id]
	return key, known
}

func (r *FileRing) load() error {
	content, err := read(r.path)
	if err != nil {
		return err
	}
	keys := make(map[string]Key, len(content.Keys))
	for id, secret := range content.Keys {
		if keys[id], err = NewKey(id, secret); err != nil {
			return fmt.Errorf("key file %s: %w", r.path, err)
		}
	}
	current, known := keys[content.Current]
	if !known {
		return fmt.Errorf("key file %s names %q as current, which it does not hold", r.path, content.Current)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.current, r.keys = current, keys
	return nil
}

func read(path string) (keyFile, error) {
	var content keyFile
	info, err := os.Stat(path)
	if err != nil {
		return content, fmt.Errorf("key file: %w", err)
	}
	if !private(info) {
		return content, fmt.Errorf("key file %s can be read by others (mode %04o); run chmod 600 on it", path, info.Mode().Perm())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return content, fmt.Errorf("key file: %w", err)
	}
	if err := json.Unmarshal(data, &content); err != nil {
		return content, fmt.Errorf("key file %s is not the JSON that it was written as: %w", path, err)
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

// create makes the first key file. The hard link is what makes it atomic: it never replaces a file
// that another process created in the meantime, and nobody sees a half-written one.
func create(folder, path string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("keys folder: %w", err)
	}
	id, secret := generate()
	temporary, err := write(folder, keyFile{Current: id, Keys: map[string][]byte{id: secret}})
	if err != nil {
		return err
	}
	err = os.Link(temporary, path)
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	return errors.Join(err, os.Remove(temporary))
}

func write(folder string, content keyFile) (temporary string, err error) {
	data, err := json.MarshalIndent(content, "", "  ")
	if err != nil {
		return "", fmt.Errorf("key file: %w", err)
	}
	file, err := os.CreateTemp(folder, KeyFileName+".*") // CreateTemp makes files of mode 0600.
	if err != nil {
		return "", fmt.Errorf("key file: %w", err)
	}
	_, err = file.Write(append(data, '\n'))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("key file: %w", err), os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// generate makes a key whose id says when it was made, which is what an operator looks for when
// keys are retired; the random part keeps two keys of one second apart.
func generate() (id string, secret []byte) {
	secret = make([]byte, KeySize)
	_, _ = rand.Read(secret) // never fails, see crypto/rand
	return time.Now().UTC().Format("20060102T150405Z") + "-" + rand.Text()[:6], secret
}
