package exposure

import "github.com/omnicloud/omnicloud/domain/drift/configpath"

// place is where in a document something was read, kept as a chain because most are never asked for.
type place struct {
	above *place
	step  configpath.Segment
}

func (p *place) key(key string) *place { return &place{p, configpath.Key(key)} }

func (p *place) index(index int) *place { return &place{p, configpath.Index(index)} }

// path returns the path from the root.
func (p *place) path() configpath.Path {
	depth := 0
	for at := p; at != nil; at = at.above {
		depth++
	}
	path := make(configpath.Path, depth)
	for at := p; at != nil; at = at.above {
		depth--
		path[depth] = at.step
	}
	return path
}

// names returns the folded names of the keys on the way, without positions in lists.
func (p *place) names() string {
	if p == nil {
		return ""
	}
	above := p.above.names()
	key, isKey := p.step.Key()
	switch {
	case !isKey:
		return above
	case above == "":
		return string(nameOf(key))
	default:
		return above + "." + string(nameOf(key))
	}
}
