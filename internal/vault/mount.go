package vault

import (
	"context"
	"strings"

	"github.com/hashicorp/vault/api"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// find tells the mount of the key/value store from the rest of a path, as Vault's own command line does:
// a mount may have several segments.
func (s *Secrets) find(ctx context.Context, wanted string) error {
	if wanted == "" {
		return fault.New(fault.InvalidInput, "--vault-path is empty; give the mount of a key/value store and a path in it, such as secret/omnicloud")
	}
	var found *api.Secret
	err := s.session.do(ctx, "read", "sys/internal/ui/mounts/"+wanted, func(ctx context.Context, client *api.Client, at string) (err error) {
		found, err = client.Logical().ReadWithContext(ctx, at)
		return err
	})
	if fault.Is(err, fault.Forbidden) {
		return fault.New(fault.Forbidden, "this login sees nothing at %s in Vault; have its policy grant \"read\" below that path (see docs/keys.md), "+
			"or check --vault-path and whether a key/value store is mounted there", wanted)
	}
	if err != nil {
		return err
	}
	if found == nil {
		return fault.New(fault.NotFound, "nothing is mounted at %s in Vault; mount a key/value store of version 2, or check --vault-path", wanted)
	}
	mount, _ := found.Data["path"].(string)
	kind, _ := found.Data["type"].(string)
	options, _ := found.Data["options"].(map[string]any)
	s.mount = strings.Trim(mount, "/")
	s.folder = strings.Trim(strings.TrimPrefix(wanted, s.mount), "/")
	if kind != "kv" {
		return fault.New(fault.InvalidInput, "%s in Vault is of type %s; --vault-path must lie in a key/value store of version 2", s.mount, kind)
	}
	if options["version"] != "2" {
		return fault.New(fault.InvalidInput, "%s in Vault is a key/value store of version 1, in which two could overwrite each other's keys; run vault kv enable-versioning %s", s.mount, s.mount)
	}
	return nil
}
