package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/payloadcodec"
	"github.com/omnicloud/omnicloud/internal/secretfile"
	"github.com/omnicloud/omnicloud/internal/token"
)

// The secrets of the keys folder.
const (
	// webhookSecretFile holds what notifications are signed with.
	webhookSecretFile = "webhook-secret"
	// driftSecretFile holds what the tags are keyed with that stand for secrets in drift, and what the
	// reconciler's open changes are encrypted with. With another one every hidden value looks changed,
	// secrets of the past are forgotten, and a change that was cut off is not taken back.
	driftSecretFile = "drift-secret"
)

// keysCommand looks after the folder of keys.
type keysCommand struct {
	Init keysInitCommand `cmd:"" help:"Make the keys that are missing in a folder; what is there stays."`
}

// keysInitCommand is, beside dev, the only one that makes keys: any other command that did so after a
// mistyped folder would sign and encrypt what nobody else can read.
type keysInitCommand struct {
	Keys keyFlags `embed:""`
}

// Run makes what is missing and says where it is.
func (c *keysInitCommand) Run(std streams) error {
	if err := createKeys(c.Keys.KeysDir); err != nil {
		return err
	}
	_, err := fmt.Fprintf(std.Out, "the keys are in %s; keep a copy, since nothing else can read the workflow histories that they encrypt\n", c.Keys.KeysDir)
	return err
}

// createKeys makes the keys for tokens, payloads, webhooks and drift that a folder lacks.
func createKeys(folder string) error {
	if _, err := token.CreateKeys(folder); err != nil {
		return err
	}
	if _, err := payloadcodec.CreateFileRing(folder); err != nil {
		return err
	}
	return errors.Join(secretfile.Create(folder, webhookSecretFile), secretfile.Create(folder, driftSecretFile))
}

// tokens opens the keys that sign and verify tokens.
func (f keyFlags) tokens() (*token.Keys, error) {
	keys, err := token.OpenKeys(f.KeysDir)
	return keys, f.explain(err)
}

// payloads opens the keys that encrypt what workflows carry.
func (f keyFlags) payloads() (*payloadcodec.FileRing, error) {
	ring, err := payloadcodec.OpenFileRing(f.KeysDir)
	return ring, f.explain(err)
}

// secret opens a secret of the folder.
func (f keyFlags) secret(file string) ([]byte, error) {
	secret, err := secretfile.Open(f.KeysDir, file)
	return secret, f.explain(err)
}

// explain says what to do about a folder that lacks a key.
func (f keyFlags) explain(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.NotFound, "no keys in %[1]s; run omnicloud keys init --keys-dir %[1]s, or give --keys-dir the folder that has them", f.KeysDir)
	}
	return err
}
