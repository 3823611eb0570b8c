package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// checkFlags refuses every flag that cannot be, alone or beside others, before anything is read, and
// returns the month.
func (c *allocateCommand) checkFlags() (month period.Period, err error) {
	if err := c.checkForm(); err != nil {
		return month, err
	}
	if c.Period != "" {
		if month, err = period.Parse(c.Period); err != nil {
			return month, err
		}
	}
	if c.Currency != "" {
		if _, err := money.MinorDigits(c.Currency); err != nil {
			return month, err
		}
	}
	if c.PostDigits != nil {
		if err := allocation.CheckPostingDigits(*c.PostDigits); err != nil {
			return month, err
		}
	}
	if err := c.checkInputs(); err != nil {
		return month, err
	}
	return month, c.checkOutputs()
}

// checkForm decides between the two ways to allocate.
func (c *allocateCommand) checkForm() error {
	switch {
	case c.Focus != "" && c.Pools != "":
		return usageError{errors.New("--focus and --pools are two ways to allocate; give one of them")}
	case c.Focus == "" && c.Rules != "":
		return usageError{errors.New("--rules goes with --focus, whose rows the rules are for")}
	case c.Focus == "" && (c.Pools == "" || c.Usage == "" || c.Tenants == ""):
		return usageError{errors.New("give --usage, --pools and --tenants, or --focus and --rules")}
	case c.Focus != "" && c.Rules == "":
		return usageError{errors.New("--focus needs --rules, which say whose the bill's rows are")}
	case c.Focus != "" && c.Usage != "" && c.Tenants == "":
		return usageError{errors.New("--usage with --focus needs --tenants, so that usage of unknown tenants is seen")}
	default:
		return nil
	}
}

// flagPath is a file under the flag that names it.
type flagPath struct{ flag, path string }

// inputs are the files that are read; of a folder, each file in it.
func (c *allocateCommand) inputs() []flagPath {
	var inputs []flagPath
	for _, input := range []flagPath{{"--usage", c.Usage}, {"--pools", c.Pools}, {"--tenants", c.Tenants}, {"--rules", c.Rules}} {
		if input.path != "" {
			inputs = append(inputs, input)
		}
	}
	if c.Focus == "" {
		return inputs
	}
	files, err := csvfile.Paths(c.Focus)
	if err != nil {
		files = []string{c.Focus} // reading it says what is wrong with it
	}
	for _, file := range files {
		inputs = append(inputs, flagPath{"--focus", file})
	}
	return inputs
}

// checkInputs refuses inputs that would share standard input.
func (c *allocateCommand) checkInputs() error {
	reading := ""
	for _, input := range c.inputs() {
		if input.path != "-" {
			continue
		}
		if reading != "" {
			return usageError{fmt.Errorf("%s and %s both read standard input; give a file for one of them", reading, input.flag)}
		}
		reading = input.flag
	}
	return nil
}

// checkOutputs settles where the posting goes, and refuses outputs that would overwrite an input or
// each other.
func (c *allocateCommand) checkOutputs() error {
	if c.PostDigits != nil && c.Posting == "" {
		if c.Out == "-" || c.Explain == "-" {
			return usageError{errors.New("what --post-digits asks for goes to standard output, which is taken; give --posting a file")}
		}
		c.Posting = "-"
	}
	inputs := c.inputs()
	var taken []flagPath
	for _, output := range []flagPath{{"--out", c.Out}, {"--explain", c.Explain}, {"--posting", c.Posting}} {
		if output.path == "" {
			continue
		}
		for _, other := range taken {
			if sameFile(output.path, other.path) {
				return usageError{fmt.Errorf("%s and %s both write to %s; name two files", other.flag, output.flag, output.path)}
			}
		}
		for _, input := range inputs {
			if output.path != "-" && sameFile(output.path, input.path) {
				return usageError{fmt.Errorf("%s would overwrite %s, which %s reads; name another file", output.flag, input.path, input.flag)}
			}
		}
		taken = append(taken, output)
	}
	return nil
}

// sameFile reports whether two paths are one file, however they are written. Paths that cannot be
// looked at are not.
func sameFile(one, other string) bool {
	if one == "-" || other == "-" {
		return one == other
	}
	first, errFirst := filepath.Abs(one)
	second, errSecond := filepath.Abs(other)
	if errFirst == nil && errSecond == nil && first == second {
		return true
	}
	firstInfo, errFirst := os.Stat(one)
	secondInfo, errSecond := os.Stat(other)
	return errFirst == nil && errSecond == nil && os.SameFile(firstInfo, secondInfo)
}
