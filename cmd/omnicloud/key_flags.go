package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/keystore"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/payloadcodec"
	"github.com/omnicloud/omnicloud/internal/token"
	"github.com/omnicloud/omnicloud/internal/vault"
)

// keyFlags say where keys come from: files, or Vault where its address is given.
type keyFlags struct {
	KeysDir string     `help:"Folder of the 0600 key files, used where --vault-addr is empty, and by keys copy." default:".omnicloud/keys" type:"path"`
	Vault   vaultFlags `embed:"" prefix:"vault-"`
}

// vaultFlags say where in Vault the keys are and how to log in. What they leave out is taken from the
// environment of Vault's own programs.
type vaultFlags struct {
	Addr           string `help:"Vault server that holds the keys, such as https://vault.example.com:8200; empty keeps them in files." placeholder:"URL"`
	Path           string `help:"Where in Vault the keys are: the mount of a key/value store of version 2, and a path in it." default:"secret/omnicloud"`
	Namespace      string `help:"Namespace of Vault Enterprise; the default is VAULT_NAMESPACE." placeholder:"NAME"`
	CACert         string `name:"ca-cert" help:"PEM file of the authorities that vouch for Vault; the default is VAULT_CACERT, then those of the system." placeholder:"FILE"`
	TLSServerName  string `name:"tls-server-name" help:"Name that Vault's certificate must bear, where it is not that of the address." placeholder:"NAME"`
	Auth           string `help:"How to log in to Vault: token, approle or kubernetes." enum:"token,approle,kubernetes" default:"token"`
	AuthMount      string `help:"Where the method is mounted below auth/; the default is its name." placeholder:"PATH"`
	Role           string `help:"Role id of approle, or role of kubernetes." placeholder:"ROLE"`
	CredentialFile string `help:"File with what proves it: a token (the default is VAULT_TOKEN), the secret id of approle, or a service account's token (the default is where Kubernetes mounts it)." placeholder:"FILE"`
}

// keys are those of an installation, opened.
type keys struct {
	store keystore.Store
	flags keyFlags
	close func()
}

// open reaches what keeps the keys, which commands read in one go and then close. What is to run for long
// takes serve.
func (f keyFlags) open(ctx context.Context, logger *slog.Logger) (*keys, error) {
	if f.Vault.Addr == "" {
		return &keys{store: keyfolder.At(f.KeysDir), flags: f, close: func() {}}, nil
	}
	secrets, err := f.Vault.connect(ctx, logger)
	if err != nil {
		return nil, err
	}
	return &keys{store: secrets, flags: f, close: func() { secrets.Close(ctx) }}, nil
}

// serve is open for a role, which logs where its keys come from and stays logged in until it closes them:
// keys that are made meanwhile must be found.
func (f keyFlags) serve(ctx context.Context, logger *slog.Logger) (*keys, error) {
	if f.Vault.Addr == "" {
		logger.Info("keys come from files, since --vault-addr is empty", "folder", f.KeysDir)
		return f.open(ctx, logger)
	}
	secrets, err := f.Vault.connect(ctx, logger)
	if err != nil {
		return nil, err
	}
	logger.Info("keys come from Vault", "address", f.Vault.Addr, "path", f.Vault.Path, "login", f.Vault.Auth)
	kept, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		secrets.Keep(kept)
	}()
	return &keys{store: secrets, flags: f, close: func() { stop(); <-ended; secrets.Close(ctx) }}, nil
}

func (f vaultFlags) connect(ctx context.Context, logger *slog.Logger) (*vault.Secrets, error) {
	return vault.Connect(ctx, vault.Options{
		Address: f.Addr, Path: f.Path, Namespace: f.Namespace, CACert: f.CACert, TLSServerName: f.TLSServerName,
		Login:  vault.Login{Method: vault.Method(f.Auth), Mount: f.AuthMount, Role: f.Role, CredentialFile: f.CredentialFile},
		Logger: logger,
	})
}

// tokens reads the keys that sign and verify tokens.
func (k *keys) tokens(ctx context.Context) (*token.Keys, error) {
	tokens, err := token.OpenKeys(ctx, k.store)
	return tokens, k.explain(err)
}

// payloads reads the keys that encrypt what workflows carry.
func (k *keys) payloads(ctx context.Context) (*payloadcodec.Ring, error) {
	ring, err := payloadcodec.OpenRing(ctx, k.store)
	return ring, k.explain(err)
}

// secret reads a secret by the name of its document.
func (k *keys) secret(ctx context.Context, name string) ([]byte, error) {
	secret, err := keystore.OpenSecret(ctx, k.store, name)
	return secret, k.explain(err)
}

// explain says what to do about a store that lacks a key.
func (k *keys) explain(err error) error {
	if !errors.Is(err, fs.ErrNotExist) || fault.Is(err, fault.NotFound) {
		return err
	}
	if k.flags.Vault.Addr == "" {
		return fault.New(fault.NotFound, "no keys in %[1]s; run omnicloud keys init --keys-dir %[1]s, or give --keys-dir the folder that has them", k.flags.KeysDir)
	}
	return fault.New(fault.NotFound, "no keys at %[2]s in Vault; run omnicloud keys init --vault-addr %[1]s --vault-path %[2]s, or omnicloud keys copy for those of a folder",
		k.flags.Vault.Addr, k.flags.Vault.Path)
}
