// Package vault keeps keys in HashiCorp Vault: each document of a keystore is a secret of a key/value
// store of version 2 with its content in one field.
package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/vault/api"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/keystore"
)

// field is the one of a secret that holds the content of its document.
const field = "value"

// Secrets is a keystore.Store in Vault.
type Secrets struct {
	session *session
	// mount is the path of the key/value store, folder the path of the secrets in it, which may be empty.
	mount, folder string
}

var _ keystore.Store = (*Secrets)(nil)

// Connect logs in and finds the key/value store. The caller closes what it returns.
func Connect(ctx context.Context, o Options) (*Secrets, error) {
	opened, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	secrets := &Secrets{session: opened}
	if err := secrets.find(ctx, strings.Trim(o.Path, "/")); err != nil {
		opened.close(ctx)
		return nil, err
	}
	return secrets, nil
}

// Keep has the login last until ctx ends: its token is renewed, and asked for anew where that ends. While
// Vault does not serve, which is logged once, what was read of it stays in use.
func (s *Secrets) Keep(ctx context.Context) { s.session.keep(ctx) }

// Close ends the login, so that no token of it is left.
func (s *Secrets) Close(ctx context.Context) { s.session.close(ctx) }

// Place returns the path of a secret, as Vault's own command line takes it.
func (s *Secrets) Place(name string) string {
	return path.Join(s.mount, s.folder, name) + " in Vault"
}

// Names lists the secrets, those included whose latest version was deleted.
func (s *Secrets) Names(ctx context.Context) ([]string, error) {
	var names []string
	err := s.session.do(ctx, "list", path.Join(s.mount, "metadata", s.folder)+"/", func(ctx context.Context, client *api.Client, at string) error {
		listed, err := client.Logical().ListWithContext(ctx, at)
		if err != nil || listed == nil {
			return err
		}
		entries, _ := listed.Data["keys"].([]any)
		names = nil
		for _, entry := range entries {
			if name, _ := entry.(string); name != "" && !strings.HasSuffix(name, "/") {
				names = append(names, name)
			}
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

// Read returns what the field "value" of a secret holds. A secret that is not there, or whose latest
// version was deleted, is an fs.ErrNotExist.
func (s *Secrets) Read(ctx context.Context, name string) ([]byte, error) {
	secret, err := s.read(ctx, name)
	if err != nil {
		return nil, err
	}
	return []byte(secret.content), nil
}

// Create writes a secret that was never there: a deleted one would come back as another.
func (s *Secrets) Create(ctx context.Context, name string, content []byte) error {
	err := s.write(ctx, name, "create", map[string]any{field: string(content)}, 0)
	if err == nil {
		return nil
	}
	// Another process may have been first, which a policy without "update" reports as a refusal.
	switch _, reading := s.read(ctx, name); {
	case reading == nil:
		return nil
	case isMismatch(err):
		return reading
	}
	return err
}

// Replace writes the next version of a secret.
func (s *Secrets) Replace(ctx context.Context, name string, read, content []byte) error {
	held, err := s.read(ctx, name)
	if err != nil {
		return err
	}
	changed := fault.New(fault.Conflict, "%s was changed by another process; look at it and try again", s.Place(name))
	if held.content != string(read) {
		return changed
	}
	held.data[field] = string(content)
	err = s.write(ctx, name, "update", held.data, held.version)
	if isMismatch(err) {
		return changed
	}
	return err
}

// document is a secret as it was read.
type document struct {
	content string
	version int
	data    map[string]any
}

func (s *Secrets) read(ctx context.Context, name string) (document, error) {
	var secret *api.KVSecret
	err := s.session.do(ctx, "read", path.Join(s.mount, "data", s.folder, name), func(ctx context.Context, client *api.Client, _ string) (err error) {
		secret, err = client.KVv2(s.mount).Get(ctx, path.Join(s.folder, name))
		return err
	})
	switch {
	case errors.Is(err, api.ErrSecretNotFound):
		return document{}, fmt.Errorf("%s: %w", s.Place(name), fs.ErrNotExist)
	case err != nil:
		return document{}, err
	case secret.Data == nil:
		return document{}, s.deleted(name, secret.VersionMetadata)
	}
	content, isText := secret.Data[field].(string)
	if !isText || strings.TrimSpace(content) == "" {
		return document{}, fault.New(fault.InvalidInput, "%s has no text in its field %q; put there what the key file of that name would hold", s.Place(name), field)
	}
	return document{content: content, version: secret.VersionMetadata.Version, data: secret.Data}, nil
}

// deleted says how to get a deleted secret back.
func (s *Secrets) deleted(name string, version *api.KVVersionMetadata) error {
	at, number := path.Join(s.folder, name), 0
	if version != nil {
		number = version.Version
	}
	return fault.Wrap(fs.ErrNotExist, fault.NotFound,
		"%s was deleted; bring it back with vault kv undelete -mount=%s -versions=%d %s, or give it up for good with vault kv metadata delete -mount=%s %s",
		s.Place(name), s.mount, number, at, s.mount, at)
}

func (s *Secrets) write(ctx context.Context, name, capability string, data map[string]any, version int) error {
	return s.session.do(ctx, capability, path.Join(s.mount, "data", s.folder, name), func(ctx context.Context, client *api.Client, _ string) error {
		_, err := client.KVv2(s.mount).Put(ctx, path.Join(s.folder, name), data, api.WithCheckAndSet(version))
		return err
	})
}
