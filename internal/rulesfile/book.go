package rulesfile

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
)

// What a book is that says no more than its id, currency and first period.
const (
	defaultCloseDay         = 10
	defaultApprovalDeadline = 48 * time.Hour
	defaultReminderEvery    = 24 * time.Hour
)

// ReadBook reads a book's file, as ParseBook does.
func ReadBook(path string) (closing.Book, error) {
	document, err := readFile(path)
	if err != nil {
		return closing.Book{}, err
	}
	return ParseBook(path, document)
}

// ParseBook reads the document of a book, YAML or JSON; name stands for the file in errors. What it
// leaves out has the default: effective cost, periods by billing, closed in order on the 10th, no
// tolerance, 48 hours for an approval with a reminder each day, anomalies from 25 a day on, every
// account and every approver. A
// value that breaks a rule is an InvalidInput error that names file and line.
func ParseBook(name string, document []byte) (closing.Book, error) {
	root, err := parse(name, document)
	if err != nil {
		return closing.Book{}, err
	}
	book := closing.Book{
		Basis: closing.BasisEffective, PeriodBy: closing.PeriodByBilling, InOrder: true,
		CloseDay: defaultCloseDay, ApprovalDeadline: defaultApprovalDeadline, ReminderEvery: defaultReminderEvery,
		AnomalyLeastImpact: closing.DefaultAnomalyLeastImpact(),
	}
	version, basis, by := "", string(book.Basis), string(book.PeriodBy)
	err = root.fields(map[string]func(node) error{
		"version":            text(&version),
		"book":               text(&book.ID),
		"name":               text(&book.Name),
		"billing_accounts":   texts(&book.BillingAccounts),
		"currency":           text(&book.Currency),
		"cost_basis":         text(&basis),
		"period_by":          text(&by),
		"posting_digits":     func(n node) error { book.PostingDigits = new(int); return integer(book.PostingDigits)(n) },
		"close_day":          integer(&book.CloseDay),
		"variance_tolerance": parsed(money.ParseDecimal, &book.VarianceTolerance),
		"in_order":           parsed(parseBool, &book.InOrder),
		"first_period":       parsed(period.Parse, &book.FirstPeriod),
		"approval_deadline":  parsed(parseDuration, &book.ApprovalDeadline),
		"reminder_every":     parsed(parseDuration, &book.ReminderEvery),
		"approvers":          texts(&book.Approvers),

		"anomaly_least_impact": parsed(money.ParseDecimal, &book.AnomalyLeastImpact),
	})
	if err != nil {
		return closing.Book{}, err
	}
	if version != "1" {
		return closing.Book{}, root.errorf("version is %.20q; this program reads version: 1", version)
	}
	book.Basis, book.PeriodBy = closing.Basis(basis), closing.PeriodBy(by)
	if book.Name == "" {
		book.Name = book.ID
	}
	return book, root.place(book.Validate())
}

// place puts the line of a member before an error about it, which names it by JSON pointer.
func (n node) place(err error) error {
	var invalid *fault.Error
	if !errors.As(err, &invalid) || len(invalid.Fields) == 0 {
		return err
	}
	for i, key := range n.keys {
		if "/"+key == invalid.Fields[0].Pointer {
			return n.items[i].errorf("%s", invalid.Message)
		}
	}
	return n.errorf("%s", invalid.Message)
}

// parsed reads a single value by a function.
func parsed[T any](parse func(string) (T, error), into *T) func(node) error {
	return func(n node) error {
		written, err := n.scalar()
		if err != nil {
			return err
		}
		if *into, err = parse(strings.TrimSpace(written)); err != nil {
			return n.errorf("%s", err)
		}
		return nil
	}
}

func integer(into *int) func(node) error {
	return parsed(func(written string) (int, error) {
		value, err := strconv.Atoi(written)
		if err != nil {
			return 0, fmt.Errorf("%.40q is no whole number", written)
		}
		return value, nil
	}, into)
}

func parseBool(written string) (bool, error) {
	if written != "true" && written != "false" {
		return false, fmt.Errorf("%.40q is neither true nor false", written)
	}
	return written == "true", nil
}

func parseDuration(written string) (time.Duration, error) {
	value, err := time.ParseDuration(written)
	if err != nil {
		return 0, fmt.Errorf("%.40q is no duration such as 48h or 90m", written)
	}
	return value, nil
}

// texts reads a list of single values.
func texts(into *[]string) func(node) error {
	return func(n node) error {
		return n.each(func(n node) error {
			value, err := n.scalar()
			*into = append(*into, value)
			return err
		})
	}
}
