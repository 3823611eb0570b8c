package architecture

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// room is a part of the house and what it may use. A room may always use itself.
type room struct {
	folder string
	// rooms lists the folders of this module that it may import.
	rooms []string
	// closed lists the only third-party modules that it may import; nil means any.
	closed []string
}

// house lists the rooms from the ground up; the first whose folder matches a file decides.
var house = []room{
	{
		folder: "domain",
		rooms:  []string{"domain"},
		closed: []string{
			"github.com/shopspring/decimal", "gonum.org/v1/gonum",
			"github.com/bmatcuk/doublestar/v4", "github.com/google/uuid",
		},
	},
	{folder: "internal", rooms: []string{"domain"}},
	{
		folder: "activities", rooms: []string{"domain"},
		closed: []string{"go.temporal.io/sdk/activity", "go.temporal.io/sdk/workflow", "go.temporal.io/sdk/temporal", "github.com/shopspring/decimal"},
	},
	{
		folder: "workflows", rooms: []string{"activities", "domain"},
		closed: []string{"go.temporal.io/sdk/workflow", "go.temporal.io/sdk/temporal", "go.temporal.io/api/enums", "github.com/shopspring/decimal"},
	},
	{folder: "workers", rooms: []string{"workflows", "activities", "internal", "domain"}},
	{folder: "api", rooms: []string{"workflows", "internal", "domain"}},
	{folder: "cmd", rooms: []string{"api", "workers", "workflows", "activities", "internal", "domain"}},
}

// foundations are adapters that other adapters are built on, each with the reason.
var foundations = map[string]string{
	"internal/csvfile": "the byte-level CSV reader; a FOCUS file is a CSV file",
	"internal/tlsfile": "certificates in PEM files; what talks TLS is let in by the same",
}

func TestRoomsUseOnlyRoomsBelow(t *testing.T) {
	for _, file := range sources(t) {
		if file.isTest() {
			continue
		}
		for _, path := range file.imports() {
			if problem := forbidden(file.folder(), path); problem != "" {
				t.Errorf("%s imports %s: %s", file.path, path, problem)
			}
		}
	}
}

func TestTheImportRuleCanFail(t *testing.T) {
	for _, broken := range [][2]string{
		{"domain/money", module + "internal/postgres"},
		{"domain/money", "github.com/jackc/pgx/v5"},
		{"internal/postgres", module + "internal/focus"},
		{"workflows", module + "internal/postgres"},
		{"workflows", "github.com/jackc/pgx/v5"},
		{"activities", module + "workflows"},
		{"api", module + "activities"},
	} {
		assert.NotEmpty(t, forbidden(broken[0], broken[1]), "%s importing %s must be refused", broken[0], broken[1])
	}
	assert.Empty(t, forbidden("domain/money", "math/big"))
	assert.Empty(t, forbidden("internal/postgres/migrations", module+"internal/postgres"))
}

// forbidden says why a folder may not import a path, or nothing.
func forbidden(folder, path string) string {
	index := slices.IndexFunc(house, func(r room) bool { return within(folder, r.folder) })
	if index < 0 {
		return ""
	}
	own := house[index]
	if !strings.HasPrefix(path, module) {
		return forbiddenModule(own, path)
	}
	target := strings.TrimPrefix(path, module)
	if own.folder == "internal" && within(target, "internal") {
		return forbiddenAdapter(folder, target)
	}
	if within(target, own.folder) {
		return ""
	}
	if !slices.ContainsFunc(own.rooms, func(allowed string) bool { return within(target, allowed) }) {
		return fmt.Sprintf("%s may use only %s", own.folder, strings.Join(own.rooms, ", "))
	}
	return ""
}

func forbiddenModule(own room, path string) string {
	standard := !strings.Contains(strings.SplitN(path, "/", 2)[0], ".")
	if own.closed == nil || standard {
		return ""
	}
	if slices.ContainsFunc(own.closed, func(allowed string) bool { return within(path, allowed) }) {
		return ""
	}
	return fmt.Sprintf("%s may use only the standard library and %s", own.folder, strings.Join(own.closed, ", "))
}

// forbiddenAdapter keeps the adapters of internal/ ignorant of each other.
func forbiddenAdapter(folder, target string) string {
	if adapter(folder) == adapter(target) {
		return ""
	}
	if _, foundation := foundations[adapter(target)]; foundation {
		return ""
	}
	return "adapters do not know each other; wire them in cmd, workers or api"
}

// adapter returns the first two segments of a folder, such as internal/postgres.
func adapter(folder string) string {
	segments := strings.SplitN(folder, "/", 3)
	return strings.Join(segments[:min(2, len(segments))], "/")
}

func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}
