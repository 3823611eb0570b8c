package rulesfile

import (
	"bytes"
)

// Bounds of form, far beyond what rules need. The libraries that read documents are recursive, and
// the one for YAML needs time with the square of a nesting, a line or a bracket's length, so that a
// few kilobytes could keep a core busy for minutes.
const (
	maxDepth  = 32
	maxIndent = 256
	// maxLine and maxFlow bound, in bytes, a line of YAML and what lies between its outermost brackets.
	maxLine = 8 << 10
	maxFlow = 16 << 10
)

// checkForm refuses a text that nests deeper than rules do, by brackets (counted without regard to
// quotes), by indentation, or by list markers that follow each other; and YAML with endless lines.
func checkForm(name string, text []byte, isJSON bool) error {
	depth, flow, number := 0, 0, 0
	for line := range bytes.Lines(text) {
		number++
		at := node{name: name, line: number}
		content := bytes.TrimLeft(line, " ")
		if len(line)-len(content) > maxIndent {
			return at.errorf("is indented by more than %d columns", maxIndent)
		}
		if len(line) > maxLine && !isJSON {
			return at.errorf("has more than %d bytes; write it over several lines", maxLine)
		}
		if depth+listMarkers(content) > maxDepth || bracketDepth(content, &depth) > maxDepth {
			return at.errorf("nests deeper than %d levels", maxDepth)
		}
		if flow += len(line); depth == 0 {
			flow = 0
		}
		if flow > maxFlow && !isJSON {
			return at.errorf("ends more than %d bytes within brackets; write an entry per line without them", maxFlow)
		}
	}
	return nil
}

// listMarkers counts the markers with which a line begins, as in "- - a".
func listMarkers(content []byte) int {
	markers := 0
	for bytes.HasPrefix(content, []byte("- ")) || bytes.HasPrefix(content, []byte("? ")) {
		content = bytes.TrimLeft(content[2:], " ")
		markers++
	}
	return markers
}

// bracketDepth moves the depth on over a line and returns the greatest on the way.
func bracketDepth(content []byte, depth *int) int {
	greatest := *depth
	for _, c := range content {
		switch c {
		case '[', '{':
			*depth++
			greatest = max(greatest, *depth)
		case ']', '}':
			*depth = max(0, *depth-1)
		}
	}
	return greatest
}
