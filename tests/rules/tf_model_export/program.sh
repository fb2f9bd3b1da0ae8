#!/bin/sh
# Stands for a program of the user.
exit 1
