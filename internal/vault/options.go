package vault

import (
	"log/slog"
	"net/url"
	"os"
	"strings"

	"github.com/hashicorp/vault/api"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Method is a way to log in.
type Method string

// The methods.
const (
	// Token takes a token that somebody else made.
	Token Method = "token"
	// AppRole logs in with a role id and a secret id.
	AppRole Method = "approle"
	// Kubernetes logs in with the token of a service account.
	Kubernetes Method = "kubernetes"
)

// serviceAccountFile is where Kubernetes mounts the token of a pod's service account.
const serviceAccountFile = "/var/run/secrets/kubernetes.io/serviceaccount/token"

// Options say where Vault is, what is wanted of it and who asks. What they leave out is taken from the
// environment as by Vault's own programs (VAULT_CACERT, VAULT_CLIENT_CERT, VAULT_NAMESPACE and so on).
type Options struct {
	// Address is the URL of the server.
	Address string
	// Path is where the keys are: the mount of a key/value store of version 2, and a path in it.
	Path string
	// Namespace is that of Vault Enterprise; empty for none.
	Namespace string
	// CACert is a PEM file of authorities, TLSServerName the name that the server's certificate must bear.
	CACert, TLSServerName string
	// Login is who asks.
	Login Login
	// Logger is told when Vault stops to serve this process and when it does so again.
	Logger *slog.Logger
}

// Login is how to log in. What a file holds is read anew at every login, so that it may change.
type Login struct {
	// Method defaults to Token.
	Method Method
	// Mount is where the method is mounted; the default is the method's name.
	Mount string
	// Role is the role id of AppRole or the role's name of Kubernetes.
	Role string
	// CredentialFile holds the token, the secret id or the service account's token. Without one a token is
	// taken from VAULT_TOKEN and that of a service account from where Kubernetes mounts it.
	CredentialFile string
}

// mount is where the method is mounted.
func (l Login) mount() string {
	if l.Mount != "" {
		return strings.Trim(l.Mount, "/")
	}
	return string(l.Method)
}

// check says which flags are missing or do not go together.
func (l Login) check() error {
	switch {
	case l.Method == Token && l.Role != "":
		return fault.New(fault.InvalidInput, "--vault-role goes with --vault-auth approle or kubernetes; a token has no role")
	case l.Method == Token && l.CredentialFile == "" && os.Getenv(api.EnvVaultToken) == "":
		return fault.New(fault.InvalidInput, "no token for Vault; set VAULT_TOKEN, give --vault-credential-file, or log in by --vault-auth approle or kubernetes")
	case l.Method != Token && l.Role == "":
		return fault.New(fault.InvalidInput, "--vault-auth %s needs --vault-role", l.Method)
	case l.Method == AppRole && l.CredentialFile == "":
		return fault.New(fault.InvalidInput, "--vault-auth approle needs --vault-credential-file, the file of the secret id")
	}
	return nil
}

// credential returns what the login proves itself with.
func (l Login) credential() (string, error) {
	path := l.CredentialFile
	if path == "" && l.Method == Token {
		return os.Getenv(api.EnvVaultToken), nil
	}
	if path == "" {
		path = serviceAccountFile
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", fault.Wrap(err, fault.InvalidInput, "what to log in to Vault with cannot be read; check --vault-credential-file")
	}
	credential := strings.TrimSpace(string(content))
	if credential == "" {
		return "", fault.New(fault.InvalidInput, "%s, which --vault-credential-file names, is empty", path)
	}
	return credential, nil
}

// client makes a client of the server that nobody has logged in with.
func (o Options) client() (*api.Client, error) {
	at, err := url.Parse(o.Address)
	if err != nil || at.Host == "" || (at.Scheme != "http" && at.Scheme != "https") || at.User != nil {
		return nil, fault.New(fault.InvalidInput, "--vault-addr is no URL such as https://vault.example.com:8200, without a user")
	}
	config := api.DefaultConfig()
	if config.Error != nil {
		return nil, fault.Wrap(config.Error, fault.InvalidInput, "the environment's settings for Vault (VAULT_…) cannot be used")
	}
	// A flag goes before the environment, where another program's Vault may be set.
	config.Address, config.AgentAddress = o.Address, ""
	if err := config.ConfigureTLS(&api.TLSConfig{CACert: o.CACert, TLSServerName: o.TLSServerName}); err != nil {
		return nil, fault.Wrap(err, fault.InvalidInput, "the certificates of --vault-ca-cert cannot be used")
	}
	client, err := api.NewClient(config)
	if err != nil {
		return nil, fault.Wrap(err, fault.InvalidInput, "the settings for Vault cannot be used")
	}
	client.ClearToken()
	if o.Namespace != "" {
		client.SetNamespace(o.Namespace)
	}
	return client, nil
}
