// Package statementhtml renders statements as HTML pages that can be sent, printed and kept: one file
// each, without scripts and without anything to be fetched from elsewhere.
package statementhtml

import (
	"cmp"
	"crypto/sha256"
	_ "embed" // for the page's template
	"encoding/base64"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

//go:embed statement.html.tmpl
var source string

var page = template.Must(template.New("statement").Funcs(template.FuncMap{
	"name":    func(tenant tenancy.Tenant) string { return cmp.Or(tenant.Name, tenant.ID) },
	"month":   func(start time.Time) string { return start.Format("January 2006") },
	"day":     func(at time.Time) string { return at.UTC().Format("2 January 2006") },
	"lastDay": func(end time.Time) string { return end.AddDate(0, 0, -1).Format("2 January 2006") },
	"posted":  func(amount decimal.Decimal) string { return grouped(money.Posted{Decimal: amount}.String()) },
	"exact":   func(amount decimal.Decimal) string { return grouped(amount.String()) },
	"group":   newGroup,
}).Parse(source))

// ContentSecurityPolicy lets the page's own style sheet through, and nothing else.
var ContentSecurityPolicy = policy()

func policy() string {
	_, rest, _ := strings.Cut(source, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; frame-ancestors 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Write renders a statement.
func Write(w io.Writer, made statement.Statement) error { return page.Execute(w, made) }

// lineGroup is what the template of a table of lines gets.
type lineGroup struct {
	Title, Subtitle, Currency string
	Lines                     []statement.Line
	Total                     statement.Amounts
}

func newGroup(title, subtitle, currency string, lines []statement.Line, total statement.Amounts) lineGroup {
	return lineGroup{title, subtitle, currency, lines, total}
}

// grouped puts thin spaces between thousands, which every country reads alike.
func grouped(number string) string {
	sign := ""
	if strings.HasPrefix(number, "-") {
		sign, number = "−", number[1:]
	}
	whole, fraction, point := strings.Cut(number, ".")
	var out strings.Builder
	out.WriteString(sign)
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out.WriteString("\u202f")
		}
		out.WriteRune(digit)
	}
	if point {
		out.WriteString("." + fraction)
	}
	return out.String()
}
