@echo off
rem Starts the chatbot on Windows by a double click. All steps and sentences are in chay.py.
chcp 65001 >nul
cd /d "%~dp0"
py -3 -c "" >nul 2>nul
if errorlevel 1 goto without_launcher
py -3 chay.py %*
goto end
:without_launcher
rem Windows puts a python.exe there that only opens its shop: it is asked to do something.
python -c "" >nul 2>nul
if errorlevel 1 goto without_python
python chay.py %*
goto end
:without_python
echo.
echo Chua co Python. Cai Python 3.11 tro len tu trang python.org (danh dau o "Add python.exe to PATH"),
echo roi bam dup lai vao tep nay.
echo.
:end
pause
