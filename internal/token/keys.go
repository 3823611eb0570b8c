package token

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/keystore"
)

// The documents of the keys: the one that signs, and one for each whose tokens are accepted.
const (
	privateKeyName  = "token-signing.key"
	publicKeyPrefix = "token-"
	publicKeySuffix = ".pub"
)

// Keys are those of a store: one private key that signs, and every public key whose tokens are
// accepted. After a rotation the old public key keeps its tokens valid until its document is removed.
// Safe for concurrent use.
type Keys struct {
	signingID  string
	signingKey ed25519.PrivateKey
	public     *keystore.Snapshot[map[string]ed25519.PublicKey]
}

// CreateKeys makes the first key pair of a store where it is missing, and opens it. Processes that
// do so at the same time agree on one key pair.
func CreateKeys(ctx context.Context, store keystore.Store) (*Keys, error) {
	private, _, err := readPrivate(ctx, store)
	if errors.Is(err, fs.ErrNotExist) {
		private, err = create(ctx, store)
	}
	if err != nil {
		return nil, err
	}
	if err := publish(ctx, store, private); err != nil {
		return nil, err
	}
	return OpenKeys(ctx, store)
}

// OpenKeys reads the keys of a store and writes nothing: a key pair made by mistake would sign what no
// other process accepts. A store without a signing key is an fs.ErrNotExist.
func OpenKeys(ctx context.Context, store keystore.Store) (*Keys, error) {
	private, _, err := readPrivate(ctx, store)
	if err != nil {
		return nil, err
	}
	own, err := publicOf(private)
	if err != nil {
		return nil, err
	}
	public, err := keystore.Take(ctx, func(ctx context.Context) (map[string]ed25519.PublicKey, error) {
		return accepted(ctx, store, own)
	})
	return &Keys{signingID: keyID(own), signingKey: private, public: public}, err
}

// Rotate has a new key sign what processes sign that open the store from now on, and returns its id.
// Tokens of the old key stay valid. A rotation by another process at the same time is a Conflict.
func Rotate(ctx context.Context, store keystore.Store) (id string, err error) {
	old, before, err := readPrivate(ctx, store)
	if err != nil {
		return "", err
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", fmt.Errorf("generating a signing key: %w", err)
	}
	content, err := encodePrivate(private)
	if err != nil {
		return "", err
	}
	// Both public keys come first: nobody may see a token before the key that verifies it.
	if err := errors.Join(publish(ctx, store, old), publish(ctx, store, private)); err != nil {
		return "", err
	}
	return keyID(public), store.Replace(ctx, privateKeyName, before, content)
}

// IsDocument says whether a document of a store is a key of tokens, by its name.
func IsDocument(name string) bool { return name == privateKeyName || isPublic(name) }

func isPublic(name string) bool {
	return strings.HasPrefix(name, publicKeyPrefix) && strings.HasSuffix(name, publicKeySuffix)
}

// lookup returns the public key of an id. An unknown id makes the store be read again, so that a
// key made by another process since is found without a restart.
func (k *Keys) lookup(id string) (ed25519.PublicKey, error) {
	if key, found := k.public.Latest()[id]; found {
		return key, nil
	}
	public, err := k.public.Again()
	if key, found := public[id]; found {
		return key, nil
	}
	if err != nil {
		return nil, err
	}
	return nil, fault.New(fault.Unauthenticated, "the token is signed with a key that is not accepted here")
}

// create makes a signing key. Another process may have been first: what the store holds is the key, not
// what was made here.
func create(ctx context.Context, store keystore.Store) (ed25519.PrivateKey, error) {
	_, fresh, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generating a signing key: %w", err)
	}
	content, err := encodePrivate(fresh)
	if err != nil {
		return nil, err
	}
	if err := store.Create(ctx, privateKeyName, content); err != nil {
		return nil, err
	}
	private, _, err := readPrivate(ctx, store)
	return private, err
}

// publish creates the document of a private key's public one.
func publish(ctx context.Context, store keystore.Store, private ed25519.PrivateKey) error {
	public, err := publicOf(private)
	if err != nil {
		return err
	}
	content, err := encodePublic(public)
	if err != nil {
		return err
	}
	return store.Create(ctx, publicKeyPrefix+keyID(public)+publicKeySuffix, content)
}

func publicOf(private ed25519.PrivateKey) (ed25519.PublicKey, error) {
	public, ok := private.Public().(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("the signing key is no Ed25519 key")
	}
	return public, nil
}

// accepted reads every public key by its id, beside the own one, which counts even where only the private
// key was brought here.
func accepted(ctx context.Context, store keystore.Store, own ed25519.PublicKey) (map[string]ed25519.PublicKey, error) {
	names, err := store.Names(ctx)
	if err != nil {
		return nil, err
	}
	public := map[string]ed25519.PublicKey{keyID(own): own}
	for _, name := range names {
		if !isPublic(name) {
			continue
		}
		key, err := readPublic(ctx, store, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed since it was listed
		}
		if err != nil {
			return nil, err
		}
		public[keyID(key)] = key
	}
	return public, nil
}
