package token

import (
	"crypto/ed25519"
	"errors"
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
// accepted. To rotate, remove token-signing.key, create the keys again and restart: the old public key
// keeps its tokens valid until its .pub file is removed. Safe for concurrent use.
type Keys struct {
	folder     string
	signingID  string
	signingKey ed25519.PrivateKey

	mutex   sync.Mutex
	public  map[string]ed25519.PublicKey
	scanned time.Time
}

// CreateKeys makes the key folder and its first key pair where missing, and opens it. Processes that
// do so at the same time agree on one key pair.
func CreateKeys(folder string) (*Keys, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("creating key folder %s: %w", folder, err)
	}
	private, err := loadOrCreatePrivate(filepath.Join(folder, privateKeyName))
	if err != nil {
		return nil, err
	}
	public, err := publicOf(private)
	if err != nil {
		return nil, err
	}
	if err := writePublic(publicPath(folder, keyID(public)), public); err != nil {
		return nil, err
	}
	return OpenKeys(folder)
}

// OpenKeys reads the key folder and writes nothing: a key pair made by mistake would sign what no
// other process accepts. A folder without a signing key is an fs.ErrNotExist.
func OpenKeys(folder string) (*Keys, error) {
	private, err := readPrivate(filepath.Join(folder, privateKeyName))
	if err != nil {
		return nil, err
	}
	public, err := publicOf(private)
	if err != nil {
		return nil, err
	}
	keys := &Keys{folder: folder, signingID: keyID(public), signingKey: private}
	return keys, keys.scan()
}

func publicOf(private ed25519.PrivateKey) (ed25519.PublicKey, error) {
	public, ok := private.Public().(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("the signing key is no Ed25519 key")
	}
	return public, nil
}

func publicPath(folder, id string) string { return filepath.Join(folder, "token-"+id+".pub") }

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
	public := make(map[string]ed25519.PublicKey, len(paths)+1)
	if own, err := publicOf(k.signingKey); err == nil {
		public[k.signingID] = own // accepted even where only the private key was copied here
	}
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
