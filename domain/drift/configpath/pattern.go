package configpath

import "strconv"

// Pattern is a glob over the segments of a path. * is one segment, ** any number, none included;
// within a name * and ? stand for characters. [*] is any position of a list and [3] the fourth.
// Positions may be left out: rules.port reaches rules[2].port as rules[*].port does. A quoted
// segment is taken as it is.
type Pattern struct {
	text  string
	steps []step
}

type stepKind uint8

const (
	stepKey   stepKind = iota // this key
	stepName                  // a key that a glob matches
	stepAny                   // any one segment
	stepDeep                  // any number of segments
	stepIndex                 // this position
	stepEach                  // any position
)

type step struct {
	kind stepKind
	text string
	at   int
}

// ParsePattern reads a pattern. An error is InvalidInput.
func ParsePattern(text string) (Pattern, error) {
	pattern := Pattern{text: text}
	s := scanner{text: text}
	if err := s.checkText(); err != nil {
		return Pattern{}, err
	}
	if s.done() {
		return Pattern{}, s.errorf("it is empty; write ** for everything")
	}
	for !s.done() {
		part, err := s.part()
		if err != nil {
			return Pattern{}, err
		}
		next, err := s.step(part)
		if err != nil {
			return Pattern{}, err
		}
		pattern.steps = append(pattern.steps, next)
	}
	return pattern, nil
}

func (s *scanner) step(p part) (step, error) {
	switch {
	case p.quoted:
		return step{kind: stepKey, text: p.text}, nil
	case p.bracket && p.text == "*":
		return step{kind: stepEach}, nil
	case p.bracket:
		position, err := strconv.Atoi(p.text)
		if err != nil || position < 0 {
			return step{}, s.errorf("[%s] is neither a position nor [*]", p.text)
		}
		return step{kind: stepIndex, at: position}, nil
	case p.text == "*":
		return step{kind: stepAny}, nil
	case p.text == "**":
		return step{kind: stepDeep}, nil
	case isGlob(p.text):
		return step{kind: stepName, text: p.text}, nil
	default:
		return step{kind: stepKey, text: p.text}, nil
	}
}

func isGlob(text string) bool {
	for i := range len(text) {
		if text[i] == '*' || text[i] == '?' {
			return true
		}
	}
	return false
}

// String returns the pattern as it was written.
func (p Pattern) String() string { return p.text }

// Beneath returns a pattern that matches what p matches and all that lies beneath.
func (p Pattern) Beneath() Pattern {
	if len(p.steps) > 0 && p.steps[len(p.steps)-1].kind == stepDeep {
		return p
	}
	steps := append(append([]step(nil), p.steps...), step{kind: stepDeep})
	return Pattern{text: p.text, steps: steps}
}

// Match reports whether the pattern matches a path. Matching many patterns at once is what Matcher
// is for.
func (p Pattern) Match(path Path) bool {
	matcher := NewMatcher(NewTrie([]Pattern{p}, []int{0}))
	state := matcher.Start()
	for _, segment := range path {
		state = matcher.Next(state, segment)
	}
	return len(state.Hits()) > 0
}

// Wildcard reports whether a glob of * and ? matches a whole text, without backtracking over more than the last *.
func Wildcard(glob, text string) bool {
	star, mark := -1, 0
	g, i := 0, 0
	for i < len(text) {
		switch {
		case g < len(glob) && (glob[g] == '?' || glob[g] == text[i]) && glob[g] != '*':
			g++
			i++
		case g < len(glob) && glob[g] == '*':
			star, mark = g, i
			if g++; g == len(glob) {
				return true
			}
		case star >= 0:
			mark++
			g, i = star+1, mark
		default:
			return false
		}
	}
	for g < len(glob) && glob[g] == '*' {
		g++
	}
	return g == len(glob)
}
