package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/omnicloud/omnicloud/domain/fault"
)

func TestCodeOf(t *testing.T) {
	coded := fault.New(fault.Conflict, "period %s is closed", "2026-09")
	for name, testCase := range map[string]struct {
		err  error
		want fault.Code
	}{
		"nil has no code":                   {nil, ""},
		"an error without a code is ours":   {io.EOF, fault.Internal},
		"a coded error":                     {coded, fault.Conflict},
		"a coded error beneath a wrap":      {fmt.Errorf("close: %w", coded), fault.Conflict},
		"the outermost code decides":        {fault.Wrap(coded, fault.Upstream, "billing"), fault.Upstream},
		"a coded error among joined errors": {errors.Join(io.EOF, coded), fault.Conflict},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, testCase.want, fault.CodeOf(testCase.err)) })
	}
}

func TestErrorShowsTheSentenceThenTheCause(t *testing.T) {
	assert.Equal(t, "cannot read usage.csv: EOF", fault.Wrap(io.EOF, fault.InvalidInput, "cannot read %s", "usage.csv").Error())
	assert.ErrorIs(t, fault.Wrap(io.EOF, fault.Internal, "reading"), io.EOF)
}

func TestOnlyPassingTroubleIsRetryable(t *testing.T) {
	assert.True(t, fault.New(fault.Unavailable, "billing does not answer").Retryable)
	assert.True(t, fault.New(fault.RateLimited, "too many requests").Retryable)
	assert.False(t, fault.New(fault.Upstream, "billing sent no JSON").Retryable)
	assert.False(t, fault.Invalid("/amount", "amount is missing").Retryable)
}

func TestInvalidNamesTheField(t *testing.T) {
	err := fault.Invalid("/pools/0/weights", "weights sum to %s, not 1", "0.9")
	assert.Equal(t, []fault.Field{{Pointer: "/pools/0/weights", Message: "weights sum to 0.9, not 1"}}, err.Fields)
}
