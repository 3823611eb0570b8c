package serviceclient

import (
	"encoding/json"
	"io"
	"strings"
)

// A problem is read and kept only as far as a log line has use for it.
const (
	maxProblemBytes  = 64 << 10
	maxProblemDetail = 500
)

// Problem is what a service said about a refusal, in the form of RFC 9457. It comes from outside:
// it is for logs and for people, and nothing but Code is ever decided on.
type Problem struct {
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Code   string `json:"code"`
}

// readProblem reads a refusal's body. One that is no problem document, or that breaks off, gives
// what there is: the status alone says enough.
func readProblem(body io.Reader) Problem {
	text, _ := io.ReadAll(io.LimitReader(body, maxProblemBytes))
	var problem Problem
	if err := json.Unmarshal(text, &problem); err != nil {
		problem = Problem{}
	}
	problem.Title = printable(problem.Title)
	problem.Detail = printable(problem.Detail)
	return problem
}

// printable keeps foreign text on one line and short.
func printable(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxProblemDetail {
		text = text[:maxProblemDetail]
	}
	return strings.ToValidUTF8(text, "")
}
