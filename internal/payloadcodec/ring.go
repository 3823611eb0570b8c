package payloadcodec

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/keystore"
)

// RingName is the name of the ring's document in the store of keys.
const RingName = "temporal-payload-keys.json"

// Ring is the keys of the codec. Processes that share its store see each other's rotations: an id that is
// not known yet makes the ring read the store again, at most once a second. It is safe for concurrent use.
type Ring struct {
	store keystore.Store
	keys  *keystore.Snapshot[keys]
}

// keys are those that a ring read.
type keys struct {
	current Key
	byID    map[string]Key
}

// document is how a ring is stored. Secrets are base64, as encoding/json writes bytes.
type document struct {
	Current string            `json:"current"`
	Keys    map[string][]byte `json:"keys"`
}

// CreateRing opens the ring of a store and makes its first key where there is none. Several processes may
// do so at once: one key wins and all use it.
func CreateRing(ctx context.Context, store keystore.Store) (*Ring, error) {
	if _, err := store.Read(ctx, RingName); errors.Is(err, fs.ErrNotExist) {
		id, secret := generate()
		content, err := document{Current: id, Keys: map[string][]byte{id: secret}}.marshal()
		if err != nil {
			return nil, err
		}
		if err := store.Create(ctx, RingName, content); err != nil {
			return nil, err
		}
	}
	return OpenRing(ctx, store)
}

// OpenRing opens the ring of a store and writes nothing: a ring made by mistake would encrypt what no
// other process can read. A missing one is an fs.ErrNotExist.
func OpenRing(ctx context.Context, store keystore.Store) (*Ring, error) {
	snapshot, err := keystore.Take(ctx, func(ctx context.Context) (keys, error) {
		_, parsed, err := read(ctx, store)
		return parsed, err
	})
	if err != nil {
		return nil, err
	}
	return &Ring{store: store, keys: snapshot}, nil
}

// Rotate adds a key to the ring of a store, makes it the current one and returns its id; older keys stay
// for what they encrypted. A rotation by another process at the same time is a Conflict.
func Rotate(ctx context.Context, store keystore.Store) (id string, err error) {
	before, err := store.Read(ctx, RingName)
	if err != nil {
		return "", err
	}
	ring, _, err := parse(store.Place(RingName), before)
	if err != nil {
		return "", err
	}
	id, secret := generate()
	ring.Current, ring.Keys[id] = id, secret
	content, err := ring.marshal()
	if err != nil {
		return "", err
	}
	return id, store.Replace(ctx, RingName, before, content)
}

// Current returns the key for new payloads.
func (r *Ring) Current() Key { return r.keys.Latest().current }

// Key returns the key of an id, from the store where it is new.
func (r *Ring) Key(id string) (Key, error) {
	if key, known := r.keys.Latest().byID[id]; known {
		return key, nil
	}
	read, err := r.keys.Again()
	if key, known := read.byID[id]; known {
		return key, nil
	}
	if err != nil {
		return Key{}, err
	}
	return Key{}, fmt.Errorf("payload key %q is not in %s; restore the keys that it was made with", id, r.store.Place(RingName))
}

func read(ctx context.Context, store keystore.Store) (document, keys, error) {
	content, err := store.Read(ctx, RingName)
	if err != nil {
		return document{}, keys{}, err
	}
	return parse(store.Place(RingName), content)
}

// parse reads a ring of a place. Its errors name no value, which could be a key.
func parse(place string, content []byte) (ring document, parsed keys, err error) {
	if json.Unmarshal(content, &ring) != nil {
		return ring, parsed, fault.New(fault.InvalidInput, "%s is not the JSON that it was written as: current names a key, keys has 32 bytes in base64 by id", place)
	}
	parsed.byID = make(map[string]Key, len(ring.Keys))
	for id, secret := range ring.Keys {
		if parsed.byID[id], err = NewKey(id, secret); err != nil {
			return ring, parsed, fault.Wrap(err, fault.InvalidInput, "%s cannot be used", place)
		}
	}
	current, known := parsed.byID[ring.Current]
	if !known {
		return ring, parsed, fault.New(fault.InvalidInput, "%s names %q as current, which it does not hold", place, ring.Current)
	}
	parsed.current = current
	return ring, parsed, nil
}

func (d document) marshal() ([]byte, error) {
	content, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("payload keys cannot be written as JSON: %w", err)
	}
	return append(content, '\n'), nil
}

// generate makes a key whose id says when it was made, which is what an operator looks for when
// keys are retired; the random part keeps two keys of one second apart.
func generate() (id string, secret []byte) {
	secret = make([]byte, KeySize)
	_, _ = rand.Read(secret) // never fails, see crypto/rand
	return time.Now().UTC().Format("20060102T150405Z") + "-" + rand.Text()[:6], secret
}
