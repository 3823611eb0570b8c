package token

import (
	"crypto/ed25519"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

const (
	privateKeyName = "token-signing.key"
	publicKeyGlob  = "token-*.pub"

	// rescanEvery bounds how often unknown key ids make the folder be read again.
	rescanEvery = time.Second
)

// Keys is the key folder: one private key that signs, and every public key whose tokens are
// accepted. To rotate, remove token-signing.key and restart: the next start makes a new one, while
// the old public key keeps its tokens valid until its .pub file is removed. Safe for concurrent use.
type Keys struct {
	folder     string
	signingID  string
	signingKey ed25519.PrivateKey

	mutex   sync.Mutex
	public  map[string]ed25519.PublicKey
	scanned time.Time
}

// OpenKeys reads the key folder and creates it, and its first key pair, where missing. Processes
// that start at the same time agree on one key pair.
func OpenKeys(folder string) (*Keys, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("creating key folder %s: %w", folder, err)
	}
	private, err := loadOrCreatePrivate(filepath.Join(folder, privateKeyName))
	if err != nil {
		return nil, err
	}
	public, ok := private.Public().(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("key file %s holds no Ed25519 key", filepath.Join(folder, privateKeyName))
	}
	keys := &Keys{folder: folder, signingID: keyID(public), signingKey: private}
	if err := writePublic(keys.publicPath(keys.signingID), public); err != nil {
		return nil, err
	}
	return keys, keys.scan()
}

func (k *Keys) publicPath(id string) string {
	return filepath.Join(k.folder, "token-"+id+".pub")
}

// lookup returns the public key of an id. An unknown id makes the folder be read again, so that a
// key made by another process since is found without a restart.
func (k *Keys) lookup(id string) (ed25519.PublicKey, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if key, found := k.public[id]; found {
		return key, nil
	}
	if time.Since(k.scanned) >= rescanEvery {
		if err := k.scanLocked(); err != nil {
			return nil, err
		}
		if key, found := k.public[id]; found {
			return key, nil
		}
	}
	return nil, fault.New(fault.Unauthenticated, "the token is signed with a key that is not accepted here")
}

func (k *Keys) scan() error {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	return k.scanLocked()
}

func (k *Keys) scanLocked() error {
	paths, err := filepath.Glob(filepath.Join(k.folder, publicKeyGlob))
	if err != nil {
		return fmt.Errorf("listing key folder %s: %w", k.folder, err)
	}
	public := make(map[string]ed25519.PublicKey, len(paths))
	for _, path := range paths {
		key, err := readPublic(path)
		if err != nil {
			return err
		}
		public[keyID(key)] = key
	}
	k.public, k.scanned = public, time.Now()
	return nil
}
