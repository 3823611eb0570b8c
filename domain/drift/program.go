package drift

import (
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/semantic"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// verdict is what all rules together say of one place.
type verdict struct {
	collection Collection
	keys       []configpath.Path
	open       bool
	// comparators are tried in turn; onlyThese says that plain equality does not count beside them.
	comparators []*semantic.Comparator
	onlyThese   bool
	ignored     bool
	// ofScalars and ofObjects are the rules that ignore some values of the place.
	ofScalars, ofObjects []conditionalIgnore

	severity Severity
	// own says that the severity comes from a rule of the user, not of a built-in pack.
	own       bool
	sensitive bool
	null      Nothingness
	empty     Nothingness
	defaults  []document.Value
	watch     *WatchRule
	writeOnly bool
	// unread says that the place may not have been read, where nothing shows that it was.
	unread bool
	fixed  bool
	// attributes says that a schema has the provider complete the list.
	attributes bool
	moved      bool
}

// program is the rules of one resource type, ready to be walked along with a document.
type program struct {
	matcher *configpath.Matcher
	// rules have numbers from 0. Those of the resource's schema come before them: the last of them is -1.
	rules, schema []row
	hasSensitive  bool
	// provided are the properties that only the provider sets, and always does.
	provided []string
}

// completed reports whether a provider may have put elements into a list that were not declared: where it is
// open, and where it is fixed when the resource is made and does not touch security.
func (v *verdict) completed() bool {
	return v.open || v.attributes || (v.fixed && !v.severity.AtLeast(Security))
}

func (p *program) at(state *configpath.State) *verdict {
	return configpath.Derived(state, func(hits []configpath.Hit) *verdict {
		v := &verdict{}
		for _, hit := range hits {
			if r := p.row(hit.Pattern); !hit.Inside || r.inside {
				r.effect(v)
			}
		}
		return v
	})
}

func (p *program) row(number int) *row {
	if number < 0 {
		return &p.schema[len(p.schema)+number]
	}
	return &p.rules[number]
}

// layer is a set of rules with where it comes from.
type layer struct {
	rules Rules
	own   bool
}

// row is one rule: where it holds and what it says.
type row struct {
	resourceType string
	pattern      configpath.Pattern
	// inside says that it also holds for the elements of the list that it is about.
	inside    bool
	sensitive bool
	effect    func(*verdict)
}

// compiler takes rules apart.
type compiler struct {
	comparators func(name string) (*semantic.Comparator, bool)
	rows        []row
}

// rowsOf takes rules apart. An error is InvalidInput and names the rule.
func rowsOf(rules Rules, own bool, comparators func(string) (*semantic.Comparator, bool)) ([]row, error) {
	c := compiler{comparators: comparators}
	err := c.layer(rules, own)
	return c.rows, err
}

// compile makes the program of a resource type out of what concerns it.
func compile(resourceType string, rules rowTable, schema []row) *program {
	p := &program{rules: rules.rows, schema: schema}
	var tries []*configpath.Trie
	for _, group := range append(rules.about(resourceType), tableOf(schema, -len(schema)).globs...) {
		tries = append(tries, group.trie)
		p.hasSensitive = p.hasSensitive || group.hasSensitive
	}
	p.matcher = configpath.NewMatcher(tries...)
	return p
}

// reach is how far a rule holds beyond the place that its pattern names.
type reach int

const (
	here    reach = iota // that place alone
	within               // and the elements, where it is a list
	beneath              // and all that lies beneath
)

func (c *compiler) add(scope Scope, how reach, effect func(*verdict)) error {
	pattern, err := configpath.ParsePattern(scope.Path)
	if err != nil {
		return err
	}
	if how == beneath {
		pattern = pattern.Beneath()
	}
	c.rows = append(c.rows, row{resourceType: scope.ResourceType, pattern: pattern, effect: effect, inside: how != here})
	return nil
}

func (c *compiler) layer(rules Rules, own bool) error {
	for _, compile := range []func() error{
		func() error { return c.collections(rules.Collections) },
		func() error { return c.compare(rules.Compare) },
		func() error {
			return each(rules.Ignore, func(r IgnoreRule) error {
				conditional := conditionalOf(r)
				if len(r.Where) > 0 {
					return c.add(r.Scope, here, func(v *verdict) { v.ofObjects = append(v.ofObjects, conditional) })
				}
				if r.conditional() {
					return c.add(r.Scope, here, func(v *verdict) { v.ofScalars = append(v.ofScalars, conditional) })
				}
				return c.add(r.Scope, beneath, func(v *verdict) {
					v.ignored = !r.Off
					if r.Off {
						v.ofScalars, v.ofObjects = nil, nil
					}
				})
			})
		},
		func() error {
			return each(rules.Severity, func(r SeverityRule) error {
				return c.add(r.Scope, beneath, func(v *verdict) { v.severity, v.own = r.Severity, own })
			})
		},
		func() error {
			return each(rules.Sensitive, func(r SensitiveRule) error {
				err := c.add(r.Scope, beneath, func(v *verdict) { v.sensitive = true })
				if err == nil {
					c.rows[len(c.rows)-1].sensitive = true
				}
				return err
			})
		},
		func() error {
			return each(rules.Null, func(r NullRule) error {
				return c.add(r.Scope, here, func(v *verdict) { v.null = r.Equals })
			})
		},
		func() error {
			return each(rules.Empty, func(r EmptyRule) error {
				return c.add(r.Scope, here, func(v *verdict) { v.empty = r.Equals })
			})
		},
		func() error { return c.live(rules) },
	} {
		if err := compile(); err != nil {
			return err
		}
	}
	return nil
}

// live adds the rules about what a provider fills in, keeps to itself or adds.
func (c *compiler) live(rules Rules) error {
	err := each(rules.Defaults, func(r DefaultRule) error {
		return c.add(r.Scope, here, func(v *verdict) { v.defaults = append(v.defaults, r.Value) })
	})
	if err != nil {
		return err
	}
	err = each(rules.Watch, func(r WatchRule) error {
		return c.add(r.Scope, here, func(v *verdict) { v.watch = &r })
	})
	if err != nil {
		return err
	}
	err = each(rules.Moved, func(r MovedRule) error {
		return c.add(r.Scope, here, func(v *verdict) { v.moved = true })
	})
	if err != nil {
		return err
	}
	return each(rules.WriteOnly, func(r WriteOnlyRule) error {
		if r.Alone {
			return c.add(r.Scope, here, func(v *verdict) { v.unread = true })
		}
		err := c.add(r.Scope, beneath, func(v *verdict) { v.writeOnly = true })
		if err == nil && r.fixed {
			err = c.add(r.Scope, here, func(v *verdict) { v.fixed = true })
		}
		return err
	})
}

func (c *compiler) collections(rules []CollectionRule) error {
	return each(rules, func(r CollectionRule) error {
		keys := make([]configpath.Path, len(r.Keys))
		for i, key := range r.Keys {
			var err error
			if keys[i], err = configpath.Parse(key); err != nil {
				return err
			}
		}
		if r.As == Keyed && len(keys) == 0 {
			return fault.New(fault.InvalidInput, "the keyed collection %q names no keys; list the fields that identify an element", r.Path)
		}
		return c.add(r.Scope, here, func(v *verdict) {
			v.collection, v.keys, v.open = r.As, keys, r.Open
			v.attributes = v.attributes || r.stated
		})
	})
}

func (c *compiler) compare(rules []CompareRule) error {
	return each(rules, func(r CompareRule) error {
		comparators := make([]*semantic.Comparator, len(r.With))
		onlyThese := false
		for i, name := range r.With {
			var known bool
			if comparators[i], known = c.comparators(name); !known {
				return fault.New(fault.InvalidInput, "there is no comparator %q for %q; the built-in ones are %v", name, r.Path, semantic.Names())
			}
			onlyThese = onlyThese || comparators[i].Equal != nil
		}
		return c.add(r.Scope, within, func(v *verdict) { v.comparators, v.onlyThese = comparators, onlyThese })
	})
}

func each[T any](list []T, do func(T) error) error {
	for _, item := range list {
		if err := do(item); err != nil {
			return err
		}
	}
	return nil
}
