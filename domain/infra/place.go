package infra

import (
	"cmp"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// maxPathSegments bounds how deep a path goes; real configurations stay under 30.
const maxPathSegments = 200

// parsePath reads a path such as network.subnets[0].cidr or tags["a.b"]; the empty path is the whole
// configuration. A text that is no path is an InvalidInput error.
func parsePath(text string) (configpath.Path, error) {
	path, err := configpath.Parse(text)
	if err == nil && len(path) > maxPathSegments {
		err = fault.Invalid("/path", "path %.80q has more than %d steps", text, maxPathSegments)
	}
	return path, err
}

// comparePaths orders paths step by step, positions by number and before keys.
func comparePaths(a, b configpath.Path) int {
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			continue
		}
		left, leftIsIndex := a[i].Index()
		right, rightIsIndex := b[i].Index()
		switch {
		case leftIsIndex && rightIsIndex:
			return cmp.Compare(left, right)
		case leftIsIndex:
			return -1
		case rightIsIndex:
			return 1
		}
		leftKey, _ := a[i].Key()
		rightKey, _ := b[i].Key()
		return strings.Compare(leftKey, rightKey)
	}
	return cmp.Compare(len(a), len(b))
}

// within reports whether a path lies at or below another.
func within(path, outer configpath.Path) bool {
	return len(path) >= len(outer) && comparePaths(path[:len(outer)], outer) == 0
}

// beforeList returns the path up to the first list that it goes through, or all of it.
func beforeList(path configpath.Path) configpath.Path {
	for i, segment := range path {
		if _, isIndex := segment.Index(); isIndex {
			return path[:i]
		}
	}
	return path
}
