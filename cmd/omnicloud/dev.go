package main

import (
	"context"
	"errors"
)

// devCommand runs the whole stack on one machine.
type devCommand struct {
	Data string `help:"Folder that holds everything the stack stores." default:".omnicloud" type:"path"`
}

// Run starts the stack and stays until the context ends.
func (c *devCommand) Run(ctx context.Context) error {
	return errors.New("the stack is not wired")
}
