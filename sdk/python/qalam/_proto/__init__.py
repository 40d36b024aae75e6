"""The messages and stubs that protoc makes of api/proto while the wheel is built."""
