package rulesfile

import (
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/semantic"
)

// ReadDriftRules reads a file of drift rules, as ParseDriftRules does.
func ReadDriftRules(path string, comparators ...string) (drift.Rules, error) {
	content, err := readFile(path)
	if err != nil {
		return drift.Rules{}, err
	}
	return ParseDriftRules(path, content, comparators...)
}

// ParseDriftRules reads the rules of a comparison, YAML or JSON; name stands for the file in errors,
// comparators are known beside the built-in ones. A rule that is not understood is an InvalidInput
// error that names file and line. The form is described by docs/drift-rules.schema.json.
func ParseDriftRules(name string, content []byte, comparators ...string) (drift.Rules, error) {
	root, err := parse(name, content)
	if err != nil {
		return drift.Rules{}, err
	}
	var rules drift.Rules
	version := ""
	r := driftReader{comparators: append(semantic.Names(), comparators...)}
	err = root.fields(map[string]func(node) error{
		"version":     text(&version),
		"collections": entries(&rules.Collections, r.collection),
		"compare":     entries(&rules.Compare, r.compare),
		"ignore":      entries(&rules.Ignore, r.ignore),
		"severity":    entries(&rules.Severity, r.severity),
		"sensitive":   entries(&rules.Sensitive, func(n node, e *drift.SensitiveRule) error { return r.scoped(n, &e.Scope, nil) }),
		"null": entries(&rules.Null, func(n node, e *drift.NullRule) error {
			return r.scoped(n, &e.Scope, map[string]func(node) error{"equals": oneOf(&e.Equals, drift.EqualsMissing, drift.EqualsEmpty, drift.EqualsNothing)}, "equals")
		}),
		"empty": entries(&rules.Empty, func(n node, e *drift.EmptyRule) error {
			return r.scoped(n, &e.Scope, map[string]func(node) error{"equals": oneOf(&e.Equals, drift.EqualsMissing, drift.EqualsNothing)}, "equals")
		}),
		"defaults": entries(&rules.Defaults, r.fallback),
		"watch":    entries(&rules.Watch, r.watch),
		"write_only": entries(&rules.WriteOnly, func(n node, e *drift.WriteOnlyRule) error {
			return r.scoped(n, &e.Scope, map[string]func(node) error{"alone": parsed(parseBool, &e.Alone)})
		}),
		"moved": entries(&rules.Moved, func(n node, e *drift.MovedRule) error { return r.scoped(n, &e.Scope, nil) }),
	})
	if err != nil {
		return drift.Rules{}, err
	}
	if version != "1" {
		return drift.Rules{}, root.errorf("version is %.20q; this program reads version: 1", version)
	}
	return rules, nil
}

// driftReader reads the entries of drift rules.
type driftReader struct{ comparators []string }

// entries reads a list, an entry at a time.
func entries[T any](into *[]T, read func(node, *T) error) func(node) error {
	return func(n node) error {
		return n.each(func(n node) error {
			var entry T
			err := read(n, &entry)
			*into = append(*into, entry)
			return err
		})
	}
}

// scoped reads an entry with a path, a resource type and members of its own, of which some must be
// there.
func (r driftReader) scoped(n node, scope *drift.Scope, own map[string]func(node) error, needed ...string) error {
	known := map[string]func(node) error{
		"resource_type": text(&scope.ResourceType),
		"path": func(n node) error {
			path, err := n.scalar()
			if err != nil {
				return err
			}
			scope.Path = path
			if _, err := configpath.ParsePattern(path); err != nil {
				return n.errorf("%s", err)
			}
			return nil
		},
	}
	for key, read := range own {
		known[key] = read
	}
	if err := n.fields(known); err != nil {
		return err
	}
	for _, key := range append([]string{"path"}, needed...) {
		at := slices.Index(n.keys, key)
		// Only a default may be null.
		if at < 0 || (n.items[at].kind == kindNull && key != "value") {
			return n.errorf("has no %s", key)
		}
	}
	return nil
}

func (r driftReader) collection(n node, entry *drift.CollectionRule) error {
	err := r.scoped(n, &entry.Scope, map[string]func(node) error{
		"as": oneOf(&entry.As, drift.List, drift.Set, drift.Multiset, drift.Keyed),
		"keys": func(n node) error {
			return n.each(func(n node) error {
				key, err := n.scalar()
				if err != nil {
					return err
				}
				if _, err := configpath.Parse(key); err != nil {
					return n.errorf("%s", err)
				}
				entry.Keys = append(entry.Keys, key)
				return nil
			})
		},
		"open": parsed(parseBool, &entry.Open),
	}, "as")
	switch {
	case err != nil:
		return err
	case entry.As == drift.Keyed && len(entry.Keys) == 0:
		return n.errorf("has no keys; as: keyed names the fields by which elements are told apart")
	case entry.As != drift.Keyed && len(entry.Keys) > 0:
		return n.errorf("has keys, which belong to as: keyed alone")
	default:
		return nil
	}
}

func (r driftReader) compare(n node, entry *drift.CompareRule) error {
	return r.scoped(n, &entry.Scope, map[string]func(node) error{
		"with": func(n node) error {
			if n.kind == kindList {
				return n.each(func(n node) error { return r.comparator(n, entry) })
			}
			return r.comparator(n, entry)
		},
	}, "with")
}

func (r driftReader) comparator(n node, entry *drift.CompareRule) error {
	name, err := n.scalar()
	entry.With = append(entry.With, name)
	if err == nil && !slices.Contains(r.comparators, name) {
		return n.errorf("there is no comparator %.40q; there are %s", name, strings.Join(r.comparators, ", "))
	}
	return err
}

func (r driftReader) ignore(n node, entry *drift.IgnoreRule) error {
	err := r.scoped(n, &entry.Scope, map[string]func(node) error{
		"reason": text(&entry.Reason),
		"off":    parsed(parseBool, &entry.Off),
		"where": func(n node) error {
			entry.Where = make(map[string]string, len(n.keys))
			return keyed(n, func(key string, n node) error {
				glob, err := n.scalar()
				entry.Where[key] = glob
				return err
			})
		},
		"sole":     parsed(parseBool, &entry.Sole),
		"declared": text(&entry.Declared),
		"live":     text(&entry.Live),
	})
	if err == nil && entry.Reason == "" && !entry.Off {
		return n.errorf("has no reason; say why nobody needs to see it")
	}
	return err
}

func (r driftReader) severity(n node, entry *drift.SeverityRule) error {
	return r.scoped(n, &entry.Scope, map[string]func(node) error{"severity": oneOf(&entry.Severity, drift.Severities()...)}, "severity")
}

func (r driftReader) fallback(n node, entry *drift.DefaultRule) error {
	entry.Value = document.NullValue() // an entry that is written as null is not handed on
	return r.scoped(n, &entry.Scope, map[string]func(node) error{
		"value": func(n node) (err error) {
			entry.Value, err = n.document()
			return err
		},
	}, "value")
}

func (r driftReader) watch(n node, entry *drift.WatchRule) error {
	return r.scoped(n, &entry.Scope, map[string]func(node) error{
		"off":    parsed(parseBool, &entry.Off),
		"unless": documents(&entry.Unless),
		"only":   documents(&entry.Only),
		"beside": parsed(parseBool, &entry.Beside),
		"apart":  parsed(parseBool, &entry.Apart),
	})
}

// documents reads a list of values.
func documents(into *[]document.Value) func(node) error {
	return func(n node) error {
		return n.each(func(n node) error {
			value, err := n.document()
			*into = append(*into, value)
			return err
		})
	}
}

// oneOf reads a single value that must be one of a few.
func oneOf[T ~string](into *T, values ...T) func(node) error {
	return func(n node) error {
		written, err := n.scalar()
		if err != nil {
			return err
		}
		if *into = T(written); slices.Contains(values, *into) {
			return nil
		}
		names := make([]string, len(values))
		for i, value := range values {
			names[i] = string(value)
		}
		return n.errorf("%.40q is none of %s", written, strings.Join(names, ", "))
	}
}
