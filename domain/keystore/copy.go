package keystore

import (
	"bytes"
	"context"
	"errors"
	"io/fs"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Copy creates the named documents of one store in another and returns the names of those that were
// missing there. Where the other holds one of them with another content nothing at all is written, since
// what the one keeps secret would be lost with the other: a Conflict.
func Copy(ctx context.Context, from, to Store, names []string) ([]string, error) {
	contents := map[string][]byte{}
	var missing []string
	for _, name := range names {
		content, err := from.Read(ctx, name)
		if err != nil {
			return nil, err
		}
		held, err := to.Read(ctx, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			missing, contents[name] = append(missing, name), content
		case err != nil:
			return nil, err
		case !bytes.Equal(bytes.TrimSpace(held), bytes.TrimSpace(content)):
			return nil, fault.New(fault.Conflict, "%s and %s differ; decide which is right and remove the other, nothing was copied", from.Place(name), to.Place(name))
		}
	}
	for _, name := range missing {
		if err := to.Create(ctx, name, contents[name]); err != nil {
			return nil, err
		}
	}
	return missing, nil
}
