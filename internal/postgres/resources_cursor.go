package postgres

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// resourceCursor names the place after a resource, and carries the total of the first page, so that
// a walk over a hundred thousand resources counts them once.
func resourceCursor(id string, total int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(total, 10) + ":" + id))
}

func readResourceCursor(cursor string) (after string, total int64, err error) {
	if cursor == "" {
		return "", 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		count, id, _ := strings.Cut(string(text), ":")
		if total, err = strconv.ParseInt(count, 10, 64); err == nil && total >= 0 && infra.CheckID(id) == nil {
			return id, total, nil
		}
	}
	return "", 0, fault.Invalid("cursor", "cursor %.40q was not given out by this list", cursor)
}
