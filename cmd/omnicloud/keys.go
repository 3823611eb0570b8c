package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/keystore"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/payloadcodec"
	"github.com/omnicloud/omnicloud/internal/token"
)

// The secrets of an installation.
const (
	// webhookSecret is what notifications are signed with.
	webhookSecret = "webhook-secret"
	// driftSecret is what the tags are keyed with that stand for secrets in drift, and what the
	// reconciler's open changes are encrypted with. With another one every hidden value looks changed,
	// secrets of the past are forgotten, and a change that was cut off is not taken back.
	driftSecret = "drift-secret"
)

// keysCommand looks after the keys, in a folder or in Vault.
type keysCommand struct {
	Init   keysInitCommand   `cmd:"" help:"Make the keys that are missing in a folder or in Vault; what is there stays."`
	Copy   keysCopyCommand   `cmd:"" help:"Copy the keys of a folder into Vault; what is there stays, and nothing is copied where the two differ."`
	Rotate keysRotateCommand `cmd:"" help:"Add a new key that is used from now on; older ones stay for what they encrypted or signed."`
}

// keysInitCommand is, beside dev, the only one that makes keys: any other command that did so after a
// mistyped folder would sign and encrypt what nobody else can read.
type keysInitCommand struct {
	Keys keyFlags `embed:""`
}

// Run makes what is missing and says where it is.
func (c *keysInitCommand) Run(ctx context.Context, std streams, logger *slog.Logger) error {
	opened, err := c.Keys.open(ctx, logger)
	if err != nil {
		return err
	}
	defer opened.close()
	if err := createKeys(ctx, opened.store); err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.Out, "the keys are in %s; keep a copy, since nothing else can read the workflow histories that they encrypt\n", c.Keys.place())
	return err
}

// createKeys makes the keys for tokens, payloads, webhooks and drift that a store lacks.
func createKeys(ctx context.Context, store keystore.Store) error {
	if _, err := token.CreateKeys(ctx, store); err != nil {
		return err
	}
	if _, err := payloadcodec.CreateRing(ctx, store); err != nil {
		return err
	}
	return errors.Join(keystore.CreateSecret(ctx, store, webhookSecret), keystore.CreateSecret(ctx, store, driftSecret))
}

// keysCopyCommand brings an installation from files to Vault: what the old keys encrypted stays readable.
type keysCopyCommand struct {
	Keys keyFlags `embed:""`
}

// Run copies and says what it copied.
func (c *keysCopyCommand) Run(ctx context.Context, std streams, logger *slog.Logger) error {
	if c.Keys.Vault.Addr == "" {
		return fault.New(fault.InvalidInput, "keys copy needs --vault-addr, the Vault that is to have the keys of --keys-dir")
	}
	folder := keyfolder.At(c.Keys.KeysDir)
	names, err := folder.Names(ctx)
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !isKey(name) })
	if len(names) == 0 {
		return fault.New(fault.NotFound, "no keys in %s; give --keys-dir the folder that has them", c.Keys.KeysDir)
	}
	opened, err := c.Keys.open(ctx, logger)
	if err != nil {
		return err
	}
	defer opened.close()
	copied, err := keystore.Copy(ctx, folder, opened.store, names)
	if err != nil {
		return err
	}
	said := "copied " + strings.Join(copied, ", ") + "; "
	if len(copied) == 0 {
		said = ""
	}
	_, err = fmt.Fprintf(std.Out, "%severy key of %s is in %s\n", said, c.Keys.KeysDir, c.Keys.place())
	return err
}

// isKey says whether a document is a key, by its name; a folder may hold other files.
func isKey(name string) bool {
	return slices.Contains([]string{payloadcodec.RingName, webhookSecret, driftSecret}, name) || token.IsDocument(name)
}

type keysRotateCommand struct {
	Keys keyFlags `embed:""`

	Which string `arg:"" help:"payloads for the key that encrypts what workflows carry, tokens for the one that signs." enum:"payloads,tokens"`
}

// Run rotates and says what is left to do.
func (c *keysRotateCommand) Run(ctx context.Context, std streams, logger *slog.Logger) error {
	opened, err := c.Keys.open(ctx, logger)
	if err != nil {
		return err
	}
	defer opened.close()
	rotate := payloadcodec.Rotate
	if c.Which == "tokens" {
		rotate = token.Rotate
	}
	id, err := rotate(ctx, opened.store)
	if err != nil {
		return opened.explain(err)
	}
	_, err = fmt.Fprintf(std.Out, "%s is the current key of %s in %s; running roles accept it at once and use it after a restart\n", id, c.Which, c.Keys.place())
	return err
}

// place says where the keys are.
func (f keyFlags) place() string {
	if f.Vault.Addr == "" {
		return f.KeysDir
	}
	return f.Vault.Path + " in Vault at " + f.Vault.Addr
}
